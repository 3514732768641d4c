import { presentMember } from '@citus-ha/cluster';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeMembers } from '../compose.js';
import { interruption, lendTerminal } from '../interrupt.js';
import { printJson } from '../output.js';

export function execCommand(): Command {
  return command(
    'exec <member> <command...>',
    'run a command within a member, after --: citus-ha exec coord-1 -- patronictl list',
  ).action(async (name: string, argv: string[], options: CommonOptions) => {
    const cluster = await composeMembers(options);
    const member = (await presentMember(cluster, name)).name;
    if (options.json) {
      const result = await cluster.runtime.exec(member, argv, { signal: interruption() });
      printJson({ member, ...result });
      process.exitCode = result.exitCode;
    } else {
      const { exitCode } = await lendTerminal(() => cluster.runtime.exec(member, argv, { inherit: true }));
      process.exitCode = exitCode;
    }
  });
}
