import type { ServerAddress } from '@citus-ha/citus';
import type { Dcs } from '@citus-ha/dcs';
import type { PatroniClient } from '@citus-ha/patroni';
import type { Pooler, Routes } from '@citus-ha/routes';
import type { ClusterContext } from './context.js';
import { networkPorts } from './network-ports.js';
import type { Placed } from './ports.js';
import type { Difference } from './record/as-applied.js';

/** A cluster that exists: what it is, and everyone who can be asked or told something. */
export interface ClusterHandle extends ClusterContext, Placed {
  /** How long each question of a look at it may take; who answers later is said to be late. */
  readonly answerMs: number;
  /** By what cluster.yaml differs from the spec at hand, where that is the applied one. */
  readonly differs?: readonly Difference[];
  /** etcd, as its root. */
  readonly dcs: Dcs;
  patroni(member: string): PatroniClient;
  /** PostgreSQL of one member, as the superuser. */
  sql(member: string): ServerAddress;
  /** PostgreSQL through the proxy, or through the first pooler and the proxy, as the superuser. */
  endpoint(port: 'write' | 'read' | 'pooled'): ServerAddress;
  /** Of a proxy whose statistics are at this port, the spec's unless told. */
  routes(proxy: string, statsPort?: number): Routes;
  /** The console of a pooler. */
  pooler(member: string): Pooler;
}

/** All are asked at once, so that a look comes within 2 s. */
const soonMs = 1_500;

/** For whoever waits for what it looks for: on a machine that is short of everything, an answer takes seconds. */
export function withPatience(cluster: ClusterHandle): ClusterHandle {
  return { ...cluster, answerMs: Math.max(cluster.answerMs, 5_000) };
}

export function clusterHandle(
  context: ClusterContext,
  known: Pick<ClusterHandle, 'site' | 'record' | 'differs'>,
): ClusterHandle {
  const placed = { ...context, ...known };
  const ports = context.ports ?? networkPorts;
  return {
    ...placed,
    answerMs: soonMs,
    dcs: ports.dcs(placed),
    patroni: (member) => ports.patroni(placed, member),
    sql: (member) => ports.sql(placed, member),
    endpoint: (port) => ports.endpoint(placed, port),
    routes: (proxy, statsPort = context.spec.proxy.ports.stats) => ports.routes(placed, proxy, statsPort),
    pooler: (member) => ports.pooler(placed, member),
  };
}
