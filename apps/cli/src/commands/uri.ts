import { connectionUri, type UriTarget } from '@citus-ha/cluster';
import { CodedError } from '@citus-ha/core';
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
    .option('--pooled', 'of the pooler, which this version does not have yet')
    .addOption(new Option('--hosts', 'of all coordinators, without the proxy').conflicts('read'))
    .action(async (options: UriOptions) => {
      const cluster = await composeCluster(options);
      if (options.pooled) {
        throw new CodedError('NO_POOLER', '--pooled: this version has no pooler yet', {
          blame: 'user',
          fix: 'Leave --pooled out.',
        });
      }
      const target: UriTarget = options.hosts ? 'hosts' : options.read ? 'read' : 'write';
      const uri = connectionUri(cluster, target);
      if (options.json) printJson({ uri });
      else print(uri);
    });
}
