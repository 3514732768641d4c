import {
  boundText,
  openCluster,
  promiseInputOf,
  promisesOf,
  readPromiseInput,
  type ClusterContext,
} from '@citus-ha/cluster';
import type { PromiseInput } from '@citus-ha/cluster';
import { codeOf } from '@citus-ha/core';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { compose } from '../compose.js';
import { print, printJson, printTable } from '../output.js';
import { sourceLines } from '../promise-lines.js';

export function promiseCommand(): Command {
  return command(
    'promise',
    'print the worst outage and loss to expect of each fault, and where each comes from',
  ).action(async (options: CommonOptions) => {
    const context = await compose(options);
    const input = await inputOf(context);
    const promises = promisesOf(input);
    if (options.json) {
      const { runtime, isolation, sentinel } = input;
      return printJson({ version: 1, cluster: context.spec.name, runtime, isolation, sentinel, promises });
    }
    print(
      `${pc.bold(context.spec.name)} on ${input.runtime}, ${input.sentinel ? 'with a sentinel' : 'without a sentinel'}\n\n`,
    );
    printTable(
      ['fault', 'target', 'writes out', 'reads out', 'lost'],
      promises.map(({ faults, target, write, read, loss }) => [
        faults.join(', '),
        target,
        boundText(write),
        boundText(read),
        loss.lost,
      ]),
    );
    for (const promise of promises) {
      print(`\n${pc.bold(`${promise.faults.join(', ')}: ${promise.target}`)}`);
      for (const line of sourceLines(promise)) print(line);
    }
  });
}

/** Of a cluster that is there, as it is; else as `up` would make it. */
async function inputOf(context: ClusterContext): Promise<PromiseInput> {
  try {
    return await readPromiseInput(await openCluster(context));
  } catch (error) {
    if (codeOf(error) !== 'CLUSTER_ABSENT') throw error;
    return promiseInputOf(context);
  }
}
