import { membersHere, presentMember, type ClusterContext } from '@citus-ha/cluster';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeMembers } from '../compose.js';
import { interruption } from '../interrupt.js';
import { wholeNumber } from '../options.js';
import { print } from '../output.js';

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly tail?: number;
}

export function logsCommand(): Command {
  return command('logs [members...]', 'show what members log; all of them unless named; --json prints an object a line')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-n, --tail <lines>', 'only the last lines', wholeNumber('--tail', 0))
    .action(async (names: string[], options: LogsOptions) => {
      const cluster = await composeMembers(options);
      const members =
        names.length > 0
          ? (await Promise.all(names.map((name) => presentMember(cluster, name)))).map(({ name }) => name)
          : membersHere(cluster).map(({ name }) => name);
      const width = members.length > 1 ? Math.max(...members.map((name) => name.length)) : 0;
      const asText = (member: string, line: string) => (width === 0 ? line : `${member.padEnd(width)} | ${line}`);
      const show = (member: string) => printLog(cluster, member, options, options.json ? asJson : asText);
      if (options.follow) await Promise.all(members.map(show));
      else for (const member of members) await show(member);
    });
}

function asJson(member: string, line: string): string {
  return JSON.stringify({ member, line });
}

async function printLog(
  cluster: ClusterContext,
  member: string,
  { follow = false, tail }: LogsOptions,
  format: (member: string, line: string) => string,
): Promise<void> {
  const signal = interruption();
  const lines = cluster.runtime.logs(member, { follow, ...(tail !== undefined && { tail }), signal });
  for await (const line of lines) print(format(member, line));
}
