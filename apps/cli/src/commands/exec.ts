import { memberNamed } from '@citus-ha/cluster';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';

export function execCommand(): Command {
  return command(
    'exec <member> <command...>',
    'run a command within a member: citus-ha exec coord-1 -- patronictl list',
  )
    .passThroughOptions()
    .action(async (name: string, argv: string[], options: CommonOptions) => {
      const cluster = await composeCluster(options);
      const member = memberNamed(cluster, name);
      const words = argv[0] === '--' ? argv.slice(1) : argv;
      const { exitCode } = await cluster.runtime.exec(member.name, words, { inherit: true });
      process.exitCode = exitCode;
    });
}
