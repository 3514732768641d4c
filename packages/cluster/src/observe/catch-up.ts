import type { ClusterHandle } from '../cluster-handle.js';
import { inTime } from './in-time.js';

const readLines = 400;

/**
 * What PostgreSQL says, every `wal_retrieve_retry_interval`, of WAL that it needs and that its leader no longer has or never had
 * (PostgreSQL: walsender.c, xlogrecovery.c, slot.c), and after how many times it is sure. Patroni rewinds a standby whose timeline
 * forked, but only once the new leader has made its checkpoint.
 */
const complaints = [
  { line: /requested WAL segment \S+ has already been removed/, sureAfter: 5 },
  // Patroni's words, of a pg_control that is broken, or of another database's.
  { line: /data dir for the cluster is not empty, but system ID is invalid/, sureAfter: 5 },
  { line: /can no longer (?:access|get changes from) replication slot/, sureAfter: 5 },
  {
    line: /new timeline \d+ forked off current database system timeline \d+ before current recovery point \S+/,
    sureAfter: 60,
  },
  { line: /requested starting point \S+ on timeline \d+ is not in this server's history/, sureAfter: 60 },
];
const begins = /starting PostgreSQL \d/;

/** Why a standby cannot catch up by itself, from its log, oldest line first; `undefined` where nothing says so. */
export function whyStuck(lines: readonly string[]): string | undefined {
  const life = lines.slice(lines.findLastIndex((line) => begins.test(line)) + 1);
  for (const { line, sureAfter } of complaints) {
    const found = life.flatMap((said) => line.exec(said)?.[0] ?? []);
    if (found.length >= sureAfter) return found.at(-1);
  }
  return undefined;
}

/** {@link whyStuck} of a member's log as it is now; `undefined` where that cannot be read in time. */
export async function findStuck({ runtime, answerMs }: ClusterHandle, name: string): Promise<string | undefined> {
  const read = async () => {
    const lines: string[] = [];
    for await (const line of runtime.logs(name, { tail: readLines })) lines.push(line);
    return whyStuck(lines);
  };
  return inTime(read(), answerMs).catch(() => undefined);
}
