import type { ServerAddress } from '@citus-ha/citus';
import type { Dcs } from '@citus-ha/dcs';
import type { PatroniClient } from '@citus-ha/patroni';
import type { Routes } from '@citus-ha/routes';
import type { ClusterContext } from './context.js';
import { networkPorts } from './network-ports.js';
import type { Placed } from './ports.js';
import type { Difference } from './record/as-applied.js';

/** A cluster that exists: what it is, and everyone who can be asked or told something. */
export interface ClusterHandle extends ClusterContext, Placed {
  /** By what cluster.yaml differs from the spec at hand, where that is the applied one. */
  readonly differs?: readonly Difference[];
  /** etcd, as its root. */
  readonly dcs: Dcs;
  patroni(member: string): PatroniClient;
  /** PostgreSQL of one member, as the superuser. */
  sql(member: string): ServerAddress;
  /** PostgreSQL through the proxy, as the superuser. */
  endpoint(port: 'write' | 'read'): ServerAddress;
  /** Of a proxy whose statistics are at this port, the spec's unless told. */
  routes(proxy: string, statsPort?: number): Routes;
}

export function clusterHandle(
  context: ClusterContext,
  known: Pick<ClusterHandle, 'site' | 'record' | 'differs'>,
): ClusterHandle {
  const placed = { ...context, ...known };
  const ports = context.ports ?? networkPorts;
  return {
    ...placed,
    dcs: ports.dcs(placed),
    patroni: (member) => ports.patroni(placed, member),
    sql: (member) => ports.sql(placed, member),
    endpoint: (port) => ports.endpoint(placed, port),
    routes: (proxy, statsPort = context.spec.proxy.ports.stats) => ports.routes(placed, proxy, statsPort),
  };
}
