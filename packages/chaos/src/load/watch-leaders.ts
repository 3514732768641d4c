import { type ClusterHandle } from '@citus-ha/cluster';
import { coordinators } from '@citus-ha/config';
import type { Recorder } from '../history/recorder.js';
import { schema } from '../workloads/tables.js';
import { Connection } from './connection.js';
import { atFixedRate } from './open-loop.js';

/** The timeline comes with the WAL position: only a running primary has one. */
const beatSql = `
INSERT INTO ${schema}.beat (member) VALUES ($1)
RETURNING ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline`;

export interface WatchOptions {
  readonly cluster: ClusterHandle;
  readonly recorder: Recorder;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Writes to every coordinator itself, past the proxy, until the signal, and notes each write that was acknowledged: proof
 * of who is writable, and when.
 */
export async function watchLeaders({ cluster, recorder, intervalMs, timeoutMs, signal }: WatchOptions): Promise<void> {
  await Promise.all(
    coordinators(cluster.spec).map(async ({ name: member }) => {
      const connection = new Connection(cluster.sql(member));
      await atFixedRate({ intervalMs, offsetMs: 0, signal }, async (dueAt) => {
        // What was missed while the server did not answer is not made up for.
        if (performance.now() - dueAt > intervalMs) return;
        const since = recorder.now();
        try {
          const { rows } = await connection.run(
            (session) => session.query<{ timeline: number }>(beatSql, [member]),
            timeoutMs,
          );
          const timeline = rows[0]?.timeline;
          if (timeline === undefined) return;
          recorder.record({ process: 'observer', type: 'ok', f: 'beat', value: { member, timeline, since } });
        } catch {
          // A standby refuses, a dead one does not answer: neither is writable.
        }
      });
      connection.close();
    }),
  );
}
