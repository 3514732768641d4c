import { examine } from '@citus-ha/cluster';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { exitCode } from '../exit-code.js';
import { print, printJson } from '../output.js';

const colors = { ok: pc.green, note: pc.cyan, unknown: pc.magenta, problem: pc.yellow } as const;

export function doctorCommand(): Command {
  return command('doctor', 'look the cluster over: each finding with its fix').action(
    async (options: CommonOptions) => {
      const findings = await examine(await composeCluster(options));
      if (options.json) printJson(findings);
      else {
        for (const { check, level, detail, fix } of findings) {
          print(`${colors[level](level.padEnd(7))} ${check}: ${detail}${fix ? `. ${fix}` : ''}`);
        }
      }
      process.exitCode = findings.some(({ level }) => level === 'problem' || level === 'unknown')
        ? exitCode.degraded
        : exitCode.done;
    },
  );
}
