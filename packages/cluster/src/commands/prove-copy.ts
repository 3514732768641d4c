import { withConnection } from '@citus-ha/citus';
import { CodedError, messageOf } from '@citus-ha/core';
import { leaderOf, type PatroniCluster } from '@citus-ha/patroni';
import type { ClusterHandle } from '../cluster-handle.js';

/**
 * Proves that a leader runs from which a standby can be copied anew and which lacks no timeline of it: Patroni removes the data
 * of the standby first, and looks for a copy of it then.
 *
 * @throws CodedError `COPY_UNPROVEN` saying what is lacking.
 */
export async function proveCopy(cluster: ClusterHandle, seen: PatroniCluster, standby: string): Promise<void> {
  const refuse = (reason: string, cause?: unknown) =>
    new CodedError('COPY_UNPROVEN', `${standby} may hold the only copy of its data: ${reason}`, {
      blame: 'user',
      member: standby,
      fix: 'Bring the leader back first: `citus-ha resume` where the cluster is paused, else `citus-ha up`.',
      cause,
    });
  const leader = leaderOf(seen);
  if (!leader) throw refuse('no coordinator leads');
  const [self, own] = await Promise.all([
    cluster.patroni(leader.name).status({ timeoutMs: cluster.answerMs }),
    cluster.patroni(standby).status(),
    requirePrimary(cluster, leader.name),
  ]).catch((cause: unknown) => {
    throw refuse(`${leader.name} holds the leader's key, but ${messageOf(cause)}`, cause);
  });
  if ((own.timeline ?? 0) > (self.timeline ?? 0)) {
    throw refuse(`it is on timeline ${own.timeline}, ${leader.name} leads on ${self.timeline ?? 'none'}`);
  }
}

async function requirePrimary(cluster: ClusterHandle, leader: string): Promise<void> {
  const ask = async (): Promise<boolean> =>
    withConnection(
      cluster.sql(leader),
      async (client) => {
        const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
        return rows[0]?.standby === false;
      },
      { timeoutMs: 5_000, statementTimeoutMs: 5_000 },
    );
  if (!(await ask())) throw new CodedError('NOT_A_PRIMARY', `${leader} is in recovery`, { member: leader });
}
