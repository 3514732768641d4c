import { commitDecided, readNodes, withConnection } from '@citus-ha/citus';
import type { MemberSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import type { ClusterHandle } from '../cluster-handle.js';
import { nodeOf, onLeader } from './disable-worker.js';
import { takesWrites } from './worker-state.js';

const patienceMs = 60_000;
const answer = { timeoutMs: 1_000, statementTimeoutMs: 5_000 };

/**
 * Waits until a worker that was away takes writes again, and commits there what the leader has committed meanwhile: Citus acknowledges
 * that, but reads would not find it before its next recovery of transactions.
 *
 * @throws CodedError `TIMEOUT`; the cluster's signal's reason.
 */
export async function settleWorker(cluster: ClusterHandle, worker: MemberSpec): Promise<void> {
  const server = cluster.sql(worker.name);
  await waitFor({
    what: `${worker.name} to take writes, and the leader to tell what it has committed`,
    timeoutMs: patienceMs,
    intervalMs: 100,
    signal: cluster.signal,
    probe: async () => {
      if (!(await takesWrites(server))) return false;
      await onLeader(cluster, answer, async (leader) => {
        const node = nodeOf(cluster, worker, await readNodes(leader));
        if (node?.active) await withConnection(server, (own) => commitDecided(leader, node, own), answer);
      });
      return true;
    },
  });
}
