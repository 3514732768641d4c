export type { Change, Comparison, Dcs, EtcdHealth, EtcdUser, Guards, Outcome, Transaction } from './dcs.js';
export { createEtcdClient, type EtcdClientOptions } from './etcd-client.js';
export type { EtcdEndpoint, EtcdLogin } from './etcd-connection.js';
export type { EtcdKey } from './etcd-key.js';
export { createMemoryEtcd, type EtcdFaults, type MemoryEtcd, type MemoryEtcdOptions } from './memory-etcd.js';
export { readLeader, type LeaderKey } from './leader-key.js';
