import type { Runtime } from '@citus-ha/runtime';
import { inTime } from './in-time.js';

const readLines = 300;
const limitMs = 400;

/**
 * What PostgreSQL says, again and again, of WAL that it needs and that its leader no longer has or never had (PostgreSQL:
 * walsender.c, xlogrecovery.c, slot.c). Once may be: Patroni rewinds such a standby where it can.
 */
const complaints = [
  /requested WAL segment \S+ has already been removed/,
  /can no longer (?:access|get changes from) replication slot/,
  /new timeline \d+ forked off current database system timeline \d+ before current recovery point \S+/,
  /requested starting point \S+ on timeline \d+ is not in this server's history/,
];
const begins = /starting PostgreSQL \d/;
const timesUntilSure = 5;

/** Why a standby cannot catch up by itself, from its log, oldest line first; `undefined` where nothing says so. */
export function whyStuck(lines: readonly string[]): string | undefined {
  const life = lines.slice(lines.findLastIndex((line) => begins.test(line)) + 1);
  const found = life.flatMap((line) => complaints.map((complaint) => complaint.exec(line)?.[0]).find(Boolean) ?? []);
  return found.length >= timesUntilSure ? found.at(-1) : undefined;
}

/** {@link whyStuck} of a member's log as it is now; `undefined` where that cannot be read at once. */
export async function findStuck(runtime: Runtime, name: string): Promise<string | undefined> {
  const read = async () => {
    const lines: string[] = [];
    for await (const line of runtime.logs(name, { tail: readLines })) lines.push(line);
    return whyStuck(lines);
  };
  return inTime(read(), limitMs).catch(() => undefined);
}
