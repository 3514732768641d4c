import {
  connectionUri,
  foreseeUp,
  promiseFor,
  promiseInputOf,
  readStatusOfBusy,
  statsUrl,
  up,
  type ClusterHandle,
  type PlannedStep,
} from '@citus-ha/cluster';
import { redact } from '@citus-ha/core';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { compose } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { exitCode } from '../exit-code.js';
import { print, printJson, step } from '../output.js';
import { planLines } from '../plan-lines.js';
import { progressLine } from '../progress-line.js';
import { lostLeaderLine } from '../promise-lines.js';

export function upCommand(): Command {
  return withConfirmation(command('up', 'create and start the cluster, or finish and repair what is there'))
    .option('--no-install', 'fail where a package is missing instead of installing it')
    .option('--plan', 'only say what would be done, and what it costs')
    .option('--allow-loss', 'let the newest data that can be read lead where etcd has lost who may')
    .action(async (options: CommonOptions & { install: boolean; allowLoss?: boolean; plan?: true }) => {
      const context = await compose(options);
      if (options.plan) return printPlan(await foreseeUp(context), options.json);
      const { install, allowLoss = false } = options;
      if (allowLoss) await confirm('Lead without data that cannot be read? What only they have is lost.', options.yes);
      const { cluster, changes } = await up(context, { install, allowLoss, onPlan: showPlan });
      const status = await readStatusOfBusy(cluster);
      if (cluster.record.engine === 'standin') warnOfStandin();
      if (options.json) printJson({ changes: changes.map(progressLine), status });
      else {
        if (changes.length === 0) step('nothing to do: the cluster is as cluster.yaml says');
        printEndpoints(cluster);
        // A sentinel that has only just started has not said so yet.
        const input = { ...promiseInputOf(cluster), engine: cluster.record.engine };
        const promise = promiseFor(input, 'kill', 'leader');
        if (promise) print(lostLeaderLine(promise));
      }
      for (const { message, fix } of status.problems) step(`${pc.yellow('problem')} ${message}. ${fix}`);
      process.exitCode = status.healthy ? exitCode.done : exitCode.degraded;
    });
}

function printPlan({ steps, complete }: Awaited<ReturnType<typeof foreseeUp>>, json: boolean | undefined): void {
  if (!complete) step(`${pc.yellow('warning')} not all that would be done can be seen now`);
  if (json) return printJson({ version: 1, complete, plan: steps });
  if (steps.length === 0 && complete) step('nothing to do: the cluster is as cluster.yaml says');
  for (const line of planLines(steps)) print(line);
}

function showPlan(plan: readonly PlannedStep[]): void {
  for (const line of planLines(plan)) step(`plan: ${line}`);
}

function warnOfStandin(): void {
  step(
    `${pc.yellow('warning')} Citus is not installed: this is the stand-in, plain PostgreSQL that answers Citus's SQL, for trials only`,
  );
}

function printEndpoints(cluster: ClusterHandle): void {
  const shown = (target: 'write' | 'read' | 'pooled') =>
    redact(connectionUri(cluster, target), Object.values(cluster.record.secrets));
  print(`write  ${shown('write')}`);
  print(`read   ${shown('read')}`);
  if (cluster.spec.pooler.count > 0) print(`pooled ${shown('pooled')}`);
  print(`stats  ${statsUrl(cluster)}`);
  print('The password is shown by: citus-ha uri');
}
