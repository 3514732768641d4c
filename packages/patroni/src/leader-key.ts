import type { Outcome } from './delete-if-unchanged.js';
import type { EtcdClient } from './etcd-client.js';
import type { EtcdKey } from './etcd-key.js';
import type { RequestOptions } from './exchange.js';

/** The leader lock of one Patroni scope, as it was read. */
export interface LeaderKey extends EtcdKey {
  /** The member that holds it. */
  readonly name: string;
}

/**
 * Who holds the leader lock; `undefined` when nobody does, which is no evidence that anyone is dead.
 *
 * @param scopePath Patroni's namespace and scope, and the group for a Citus cluster: `/service/citusap`, `/service/citusap/0`.
 */
export async function readLeader(
  etcd: EtcdClient,
  scopePath: string,
  options?: RequestOptions,
): Promise<LeaderKey | undefined> {
  const key = await etcd.get(`${trimmed(scopePath)}/leader`, options);
  return key && { ...key, name: key.value };
}

/**
 * Deletes a leader key that still carries the member's own name, left by its earlier life. Only for who starts the
 * member's Patroni, right before, while nothing of the member runs. Guarded by value, revision and lease as read: a key
 * that has been taken or renewed since is left alone. Can be repeated.
 *
 * @returns `absent` where there is no such key, else what came of its deletion.
 */
export async function deleteOwnLeaderKey(
  etcd: EtcdClient,
  { scopePath, member }: { readonly scopePath: string; readonly member: string },
  options?: RequestOptions,
): Promise<Outcome | 'absent'> {
  const leader = await readLeader(etcd, scopePath, options);
  return leader?.name === member ? etcd.deleteIfUnchanged(leader, [leader.key], options) : 'absent';
}

function trimmed(scopePath: string): string {
  return scopePath.replace(/\/+$/, '');
}
