import { failover, switchover, type LeaderChange, type ClusterHandle } from '@citus-ha/cluster';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { printJson, step } from '../output.js';

interface LeaderOptions extends CommonOptions {
  readonly to?: string;
  readonly allowLoss?: boolean;
}

export function leaderCommands(): readonly Command[] {
  return [
    moving('switchover', 'move the leader to a standby, planned and without loss', (cluster, { to }) =>
      switchover(cluster, to),
    ),
    moving('failover', 'make a standby lead though the leader may be lost', failover).option(
      '--allow-loss',
      'also a standby that may lack acknowledged writes',
    ),
  ];
}

function moving(
  name: string,
  description: string,
  act: (cluster: ClusterHandle, options: LeaderOptions) => Promise<LeaderChange>,
): Command {
  return withConfirmation(command(name, description))
    .option('--to <member>', 'the coordinator that is to lead (default: the fittest)')
    .action(async (options: LeaderOptions) => {
      const cluster = await composeCluster(options);
      const consequence = options.allowLoss
        ? 'Acknowledged writes may be lost for good.'
        : 'Writes wait until the new leader takes them.';
      await confirm(`${name}${options.to ? ` to ${options.to}` : ''}? ${consequence}`, options.yes);
      const change = await act(cluster, options);
      if (options.json) printJson(change);
      else step(`${change.to} leads on timeline ${change.timeline}${change.from ? `, ${change.from} before` : ''}`);
    });
}
