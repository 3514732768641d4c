import type { ServerAddress } from '@citus-ha/citus';
import type { ClusterSpec } from '@citus-ha/config';
import type { Dcs } from '@citus-ha/dcs';
import type { Site } from '@citus-ha/layout';
import type { PatroniClient } from '@citus-ha/patroni';
import type { Pooler, Routes } from '@citus-ha/routes';
import type { Runtime } from '@citus-ha/runtime';
import type { ClusterRecord } from './record/cluster-record.js';

/** Where a cluster is and who it is. */
export interface Placed {
  readonly spec: ClusterSpec;
  readonly runtime: Runtime;
  readonly site: Site;
  readonly record: ClusterRecord;
}

/** How the services of a cluster are reached: by the network of its runtime, or in memory. */
export interface Ports {
  dcs(cluster: Placed): Dcs;
  /** One without a record can only be asked, not told. */
  patroni(cluster: Omit<Placed, 'record'> & Partial<Pick<Placed, 'record'>>, member: string): PatroniClient;
  sql(cluster: Placed, member: string): ServerAddress;
  endpoint(cluster: Placed, port: 'write' | 'read' | 'pooled'): ServerAddress;
  routes(cluster: Placed, proxy: string, statsPort: number): Routes;
  pooler(cluster: Placed, member: string): Pooler;
}
