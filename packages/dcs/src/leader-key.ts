import type { RequestOptions } from '@citus-ha/core';
import type { Dcs } from './dcs.js';
import type { EtcdKey } from './etcd-key.js';

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
  etcd: Pick<Dcs, 'get'>,
  scopePath: string,
  options?: RequestOptions,
): Promise<LeaderKey | undefined> {
  const key = await etcd.get(`${trimmed(scopePath)}/leader`, options);
  return key && { ...key, name: key.value };
}

function trimmed(scopePath: string): string {
  return scopePath.replace(/\/+$/, '');
}
