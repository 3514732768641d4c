import { CodedError, isCodedError } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';

const readLines = 400;
const shownLines = 8;

/** An error that names a member, with the last lines that this member logged added to its message. */
export async function explainWithLogs(runtime: Runtime, error: unknown): Promise<unknown> {
  if (!isCodedError(error) || error.member === undefined) return error;
  const lines: string[] = [];
  try {
    for await (const line of runtime.logs(error.member, { tail: readLines })) lines.push(line);
  } catch {
    return error;
  }
  const shown = tellingLines(lines);
  if (shown.length === 0) return error;
  const { code, blame, member, cause } = error;
  const fix = remedies.find(([pattern]) => shown.some((line) => pattern.test(line)))?.[1] ?? error.fix;
  const text = shown.map((line) => `  ${line}`).join('\n');
  return new CodedError(code, `${error.message}\nThe last lines of ${member}:\n${text}`, { blame, member, fix, cause });
}

/** What members say of what is not theirs, and what to do about it. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, 'Free some space where the state of the cluster is, and run the command again.'],
  [
    /data directory "[^"]*" has (?:invalid permissions|wrong ownership)|Permission denied: '[^']*\/data'/,
    'Give the data directory back to the user who runs the member, with mode 0700 (chown, chmod); then run the command again.',
  ],
  [/FD limit|too many open files/i, 'Allow more open files (ulimit -n 4096), and run the command again.'],
];

/** The same error of a cluster that was removed since: there is no log to read any more. */
export function withoutLogs(error: unknown): unknown {
  if (!isCodedError(error) || !/citus-ha logs/.test(error.fix ?? '')) return error;
  const { code, message, blame, member, cause } = error;
  const fix = 'Mend what it says, and run the command again: what this run had made is removed.';
  return new CodedError(code, message, { blame, member, fix, cause });
}

/**
 * The last lines of a log, without the stacks that a Go program such as etcd ends with, and before them why PostgreSQL ended last:
 * Patroni says much after it.
 */
function tellingLines(lines: readonly string[]): readonly string[] {
  const stack = lines.findLastIndex((line) => /^goroutine \d+ \[/.test(line));
  const said = (stack === -1 ? lines : lines.slice(0, stack)).filter((line) => line !== '');
  const why = said.findLastIndex((line) => /\b(?:FATAL|PANIC): /.test(line) && !ofClients.test(line));
  if (why === -1 || why >= said.length - shownLines) return said.slice(-shownLines);
  const more = said.slice(why + 1, why + 3).filter((line) => /\b(?:DETAIL|HINT): /.test(line));
  return [said[why] ?? '', ...more, ...said.slice(-shownLines)];
}

/** What a server tells one who asks it, and not why it ends. */
const ofClients = /the database system is|authentication|pg_hba|does not exist|connection|terminating/;
