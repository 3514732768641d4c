import { down } from '@citus-ha/cluster';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { compose } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { printJson, step } from '../output.js';

export function downCommand(): Command {
  return withConfirmation(command('down', 'stop the cluster; its data stays'))
    .option('--volumes', 'remove data, passwords and addresses too')
    .action(async (options: CommonOptions & { volumes?: boolean }) => {
      const context = await compose(options);
      const volumes = options.volumes ?? false;
      if (volumes) await confirm(`Remove cluster ${context.spec.name} with all its data?`, options.yes);
      const done = await down(context, { volumes });
      if (options.json) printJson({ ...done, volumesRemoved: volumes });
      else if (done.stopped.length === 0 && !volumes) step('nothing to do: no member runs');
      else if (done.removed.length === 0 && volumes)
        step(`nothing to remove: there is no cluster ${context.spec.name}`);
    });
}
