import { readNodes, readReached } from '@citus-ha/citus';
import { workers } from '@citus-ha/config';
import type { ClusterHandle } from '../cluster-handle.js';
import { nodeOf, onLeader } from './disable-worker.js';

const reachMs = 2_000;

/**
 * Who is in service and not reached by whoever leads, though all others are: one worker's network, and not the leader's, is at fault.
 *
 * @throws CodedError `NO_LEADER`; as etcd and PostgreSQL do.
 */
export function findCutOff(cluster: ClusterHandle): Promise<string | undefined> {
  const { spec } = cluster;
  const answer = { timeoutMs: reachMs, statementTimeoutMs: (workers(spec).length + 1) * reachMs };
  return onLeader(cluster, answer, async (leader) => {
    const nodes = (await readNodes(leader)).filter(({ groupId, active }) => groupId > 0 && active);
    const reached = new Set(await readReached(leader, nodes, reachMs));
    const [missed, ...others] = nodes.filter((node) => !reached.has(node));
    if (others.length > 0 || reached.size === 0) return undefined;
    return workers(spec).find((worker) => nodeOf(cluster, worker, nodes) === missed)?.name;
  });
}
