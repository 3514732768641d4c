export { createEtcdClient, type EtcdClient, type EtcdClientOptions, type EtcdHealth } from './etcd-client.js';
export type { Outcome } from './delete-if-unchanged.js';
export type { EtcdEndpoint, EtcdLogin } from './etcd-connection.js';
export type { EtcdKey } from './etcd-key.js';
export { exchange, type Reply, type Request, type RequestOptions } from './exchange.js';
export type { TimelineEnd } from './history.js';
export { readLeader, type LeaderKey } from './leader-key.js';
export {
  createPatroniClient,
  type DynamicConfig,
  type FailoverOutcome,
  type PatroniClient,
  type PatroniClientOptions,
} from './patroni-client.js';
export type { PatroniStatus } from './patroni-status.js';
export { leaderOf, type PatroniCluster, type PatroniMember } from './patroni-cluster.js';
export { waitForLeader, type Leader, type LeaderWait } from './wait-for-leader.js';
