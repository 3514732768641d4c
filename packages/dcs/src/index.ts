export {
  createEtcdClient,
  type EtcdClient,
  type EtcdClient as Dcs,
  type EtcdClientOptions,
  type EtcdHealth,
} from './etcd-client.js';
export type { Outcome } from './delete-if-unchanged.js';
export type { EtcdEndpoint, EtcdLogin } from './etcd-connection.js';
export type { EtcdKey } from './etcd-key.js';
export { readLeader, type LeaderKey } from './leader-key.js';
