import type { DynamicConfig } from '../patroni-client.js';
import type { ScopeKeys, ScopeView } from './scope-keys.js';
import type { SimulatedMember } from './simulated-member.js';

/** One simulated Patroni cluster. */
export interface World {
  readonly scope: string;
  readonly keys: ScopeKeys;
  readonly members: ReadonlyMap<string, SimulatedMember>;
  /** What whoever makes the first data writes. */
  readonly bootstrapConfig: DynamicConfig;
  now(): Date;
  log(member: string, line: string): void;
}

/**
 * The cluster as a member reads it; refuses an etcd that lost its data since the member's process began (Patroni's
 * `StaleEtcdNode`).
 *
 * @throws CodedError as etcd does; an error for an etcd that is refused.
 */
export async function readView({ keys }: World, { memory }: SimulatedMember): Promise<ScopeView> {
  const { clusterId } = keys.store;
  if (memory.clusterId !== undefined && memory.clusterId !== clusterId) throw new StaleEtcdError();
  return keys.read();
}

/** Its etcd is younger than the one that a Patroni knows. */
export class StaleEtcdError extends Error {
  constructor() {
    super('etcd is younger than the one that is known');
  }
}

export function urlOf(name: string): string {
  return `http://${name}:8008/patroni`;
}
