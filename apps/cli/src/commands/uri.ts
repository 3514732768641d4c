import { connectionUri, type UriTarget } from '@citus-ha/cluster';
import { Option, type Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { print, printJson } from '../output.js';

interface UriOptions extends CommonOptions {
  readonly read?: boolean;
  readonly pooled?: boolean;
  readonly hosts?: boolean;
}

export function uriCommand(): Command {
  return command('uri', 'print the connection string, password included')
    .option('--read', 'of the read endpoint')
    .addOption(new Option('--pooled', 'of the poolers').conflicts('read'))
    .addOption(new Option('--hosts', 'of all coordinators, without the proxy').conflicts(['read', 'pooled']))
    .action(async (options: UriOptions) => {
      const cluster = await composeCluster(options);
      const target: UriTarget = options.hosts ? 'hosts' : options.pooled ? 'pooled' : options.read ? 'read' : 'write';
      const uri = connectionUri(cluster, target);
      if (options.json) printJson({ uri });
      else print(uri);
    });
}
