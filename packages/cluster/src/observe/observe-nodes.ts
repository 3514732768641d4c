import { desiredOf, observeCluster, type BootstrapRequest } from '@citus-ha/citus';
import { workers, type ClusterSpec } from '@citus-ha/config';
import { poolerLogin, poolerRole } from '@citus-ha/emitters';
import type { ClusterHandle } from '../cluster-handle.js';
import { siteOf } from '../places.js';
import type { NodesSeen } from '../plan/plan-cluster.js';
import { inTime } from './in-time.js';

/** For a cluster whose leader is this one. */
export function bootstrapRequest(cluster: ClusterHandle, leader: string): BootstrapRequest {
  const { spec, site, record, engines, signal, onEvent } = cluster;
  const nodeOf = (name: string) => ({ host: siteOf(site, name).host, port: 5432 });
  return {
    coordinator: {
      name: leader,
      server: cluster.sql(leader),
      // With Citus, Patroni registers the leader itself, and again after every failover.
      ...(record.engine === 'standin' && { node: nodeOf(leader) }),
      ...(spec.pooler.count > 0 && { login: poolerLogin(record) }),
    },
    workers: workers(spec).map(({ name }) => ({ name, server: cluster.sql(name), node: nodeOf(name) })),
    engine: engines[record.engine],
    onStep: (step) => onEvent?.({ type: 'bootstrap', step }),
    signal,
  };
}

/** What servers and nodes lack of a cluster whose leader is this one. */
export async function observeNodes(cluster: ClusterHandle, leader: string): Promise<NodesSeen> {
  const request = { ...bootstrapRequest(cluster, leader), timeoutMs: cluster.answerMs };
  return { desired: desiredOf(request), state: await inTime(observeCluster(request), 2 * cluster.answerMs) };
}

/** What those of a new cluster will lack. */
export function newNodes(spec: ClusterSpec): NodesSeen {
  const nodes = workers(spec).map(({ name }) => ({ name, node: { host: name, port: 5432 } }));
  const desired = {
    database: spec.postgres.database,
    coordinator: { name: 'the leader', ...(spec.pooler.count > 0 && { login: { role: poolerRole } }) },
    workers: nodes,
  };
  const server = { database: spec.postgres.database === 'postgres', statistics: false, engine: false };
  const servers = ['the leader', ...nodes.map(({ name }) => name)].map((name) => [name, server] as const);
  return { desired, state: { servers: Object.fromEntries(servers), nodes: [] } };
}
