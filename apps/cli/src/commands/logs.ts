import { membersOf } from '@citus-ha/config';
import { memberNamed, type OpenCluster } from '@citus-ha/cluster';
import { InvalidArgumentError, type Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { interruption } from '../interrupt.js';
import { print } from '../output.js';

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly tail?: number;
}

export function logsCommand(): Command {
  return command('logs [members...]', 'show what members log; all of them unless named')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-n, --tail <lines>', 'only the last lines', wholeNumber)
    .action(async (names: string[], options: LogsOptions) => {
      const cluster = await composeCluster(options);
      const members =
        names.length > 0
          ? names.map((name) => memberNamed(cluster, name).name)
          : membersOf(cluster.spec).map(({ name }) => name);
      const width = members.length > 1 ? Math.max(...members.map((name) => name.length)) : 0;
      const shown = members.map((name) => show(cluster, name, options, width === 0 ? '' : `${name.padEnd(width)} | `));
      if (options.follow) await Promise.all(shown.map((task) => task()));
      else for (const task of shown) await task();
    });
}

function show(cluster: OpenCluster, name: string, { follow, tail }: LogsOptions, prefix: string): () => Promise<void> {
  return async () => {
    const lines = cluster.runtime.logs(name, {
      follow: follow ?? false,
      ...(tail !== undefined && { tail }),
      signal: interruption(),
    });
    for await (const line of lines) print(prefix + line);
  };
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number of lines.');
  return Number(text);
}
