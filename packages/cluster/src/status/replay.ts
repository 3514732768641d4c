import type { ClientBase } from 'pg';
import type { Problem } from './status.js';

/** Where a standby is with what it has received. */
export interface Replay {
  /** Whether it has WAL that it has not replayed. */
  readonly behind: boolean;
  readonly replayed: string | null;
  /** Since the last transaction that it has replayed. */
  readonly ageMs: number | null;
}

/**
 * How long the reads of a standby are out of date; `null` where it keeps up. It has to be behind twice, at the same place:
 * after a pause without writes the first new one finds an old transaction, too.
 */
export async function readReplayAge(client: ClientBase, boundMs: number): Promise<number | null> {
  const first = await readReplay(client);
  if (!isLate(first, boundMs)) return null;
  await client.query('SELECT pg_sleep(0.2)');
  const second = await readReplay(client);
  return isLate(second, boundMs) && second.replayed === first.replayed ? second.ageMs : null;
}

async function readReplay(client: ClientBase): Promise<Replay> {
  const { rows } = await client.query<Replay>(replaySql);
  return rows[0] ?? { behind: false, replayed: null, ageMs: null };
}

const replaySql = `
SELECT coalesce(pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn(), false) AS behind,
       pg_last_wal_replay_lsn()::text AS replayed,
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 * 1000 AS "ageMs"`;

function isLate({ behind, ageMs }: Replay, boundMs: number): boolean {
  return behind && ageMs !== null && ageMs > boundMs;
}

export function replayProblem(member: string, ageMs: number): Problem {
  return {
    code: 'REPLAY_HANGS',
    member,
    message: `${member} has replayed nothing for ${Math.round(ageMs / 1000)} s, though it has received more: what is read there is that old`,
    fix: `See what holds it up: a long query there (\`citus-ha psql --member ${member}\`, pg_stat_activity), its disk (\`citus-ha doctor\`); or restart it: \`citus-ha restart ${member}\`.`,
  };
}
