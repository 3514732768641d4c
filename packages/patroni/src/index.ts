export type { TimelineEnd } from './history.js';
export {
  createPatroniClient,
  type DynamicConfig,
  type FailoverOutcome,
  type PatroniClient,
  type PatroniClientOptions,
} from './patroni-client.js';
export { createMemoryPatroni, type MemoryPatroni, type MemoryPatroniOptions } from './memory-patroni.js';
export type { PatroniStore } from './memory/scope-keys.js';
export type { SimulatedMember } from './memory/simulated-member.js';
export type { PatroniStatus } from './patroni-status.js';
export { leaderOf, type PatroniCluster, type PatroniMember } from './patroni-cluster.js';
export { waitForLeader, type Leader, type LeaderWait } from './wait-for-leader.js';
