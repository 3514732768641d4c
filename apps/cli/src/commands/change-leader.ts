import { failover, switchover, type LeaderChange, type OpenCluster } from '@citus-ha/cluster';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { printJson, step } from '../output.js';

export function leaderCommands(): readonly Command[] {
  return [
    moving('switchover', 'move the leader to a standby, planned and without loss', switchover),
    moving('failover', 'make a standby lead though the leader may be lost', failover),
  ];
}

function moving(
  name: string,
  description: string,
  act: (cluster: OpenCluster, to?: string) => Promise<LeaderChange>,
): Command {
  return withConfirmation(command(name, description))
    .option('--to <member>', 'the coordinator that is to lead (default: the fittest)')
    .action(async (options: CommonOptions & { to?: string }) => {
      const cluster = await composeCluster(options);
      await confirm(
        `${name}${options.to ? ` to ${options.to}` : ''}? Writes wait until the new leader takes them.`,
        options.yes,
      );
      const change = await act(cluster, options.to);
      if (options.json) printJson(change);
      else step(`${change.to} leads on timeline ${change.timeline}${change.from ? `, ${change.from} before` : ''}`);
    });
}
