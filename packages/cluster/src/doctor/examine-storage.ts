import { withConnection } from '@citus-ha/citus';
import { databaseMembers } from '@citus-ha/config';
import type { Finding } from './finding.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { siteOf } from '../places.js';
import { readAlarms } from './storage-alarms.js';

const timeoutMs = 5_000;
const shownLines = 3;
/** Below either, PostgreSQL may stop at the next burst of WAL. */
const leastMegabytes = 256;
const leastShare = 0.05;

/** Free space, checksum failures and what the log tells of disk and data, of each member with PostgreSQL. */
export async function examineStorage(cluster: ClusterHandle): Promise<readonly Finding[]> {
  const placed = databaseMembers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  return (await Promise.all(placed.map(({ name }) => examineMember(cluster, name)))).flat();
}

async function examineMember(cluster: ClusterHandle, name: string): Promise<readonly Finding[]> {
  const [space, failures, alarms] = await Promise.all([
    readSpace(cluster, name).catch(() => undefined),
    readChecksumFailures(cluster, name).catch(() => undefined),
    readAlarms(cluster.runtime, name, timeoutMs),
  ]);
  const check = `${name} storage`;
  const logged: readonly Finding[] = alarms
    .slice(-shownLines)
    .map((line) => ({ check, level: 'note', detail: line, fix: `See \`citus-ha logs ${name}\`.` }));
  const damaged: readonly Finding[] = failures
    ? [
        {
          check,
          level: 'problem',
          detail: `${failures} pages failed their checksums`,
          fix: `Let no leader change go to ${name}. Copy it anew from a leader without such failures: \`citus-ha reinit ${name}\`.`,
        },
      ]
    : [];
  return [spaceFinding(check, space), ...damaged, ...logged];
}

interface Space {
  readonly freeMegabytes: number;
  readonly share: number;
}

export function spaceFinding(check: string, space: Space | undefined): Finding {
  if (!space) return { check, level: 'note', detail: 'free space is not known: the member does not answer' };
  const detail = `${space.freeMegabytes} MB free (${Math.round(space.share * 100)} %)`;
  return space.freeMegabytes < leastMegabytes || space.share < leastShare
    ? { check, level: 'problem', detail, fix: 'Free some space there, before PostgreSQL stops for want of it.' }
    : { check, level: 'ok', detail };
}

/** Of where the data is, as an ordinary user can use it. */
async function readSpace({ runtime, site }: ClusterHandle, name: string): Promise<Space | undefined> {
  const { exitCode, stdout } = await runtime.exec(name, ['df', '-Pm', siteOf(site, name).dataDir], {
    signal: AbortSignal.timeout(timeoutMs),
  });
  return exitCode === 0 ? parseSpace(stdout) : undefined;
}

/** `df -Pm` (POSIX): device, size, used, available, capacity, mount point. */
export function parseSpace(text: string): Space | undefined {
  const [size, , free] = (text.trim().split('\n').at(-1)?.split(/\s+/).slice(1) ?? []).map(Number);
  return size && free !== undefined ? { freeMegabytes: free, share: free / size } : undefined;
}

/** Pages of a member that failed their checksums since its statistics began. */
export function readChecksumFailures(cluster: ClusterHandle, name: string): Promise<number> {
  return withConnection(
    cluster.sql(name),
    async (client) => {
      const { rows } = await client.query<{ failures: number }>(
        'SELECT coalesce(sum(checksum_failures), 0)::int AS failures FROM pg_stat_database',
      );
      return rows[0]?.failures ?? 0;
    },
    { timeoutMs, statementTimeoutMs: timeoutMs },
  );
}
