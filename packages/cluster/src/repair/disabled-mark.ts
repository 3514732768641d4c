import type { ClusterHandle } from '../cluster-handle.js';

/*
 * Who disabled a worker: one with a mark is taken into service again by whoever repairs, one without by nobody but `up`.
 */

/** @throws CodedError as etcd does. */
export function markDisabled({ dcs, spec }: ClusterHandle, worker: string): Promise<void> {
  return dcs.put(`${pathOf(spec)}${worker}`, 'lost');
}

/** Names of the workers with a mark. @throws CodedError as etcd does. */
export async function markedDisabled({ dcs, spec }: ClusterHandle): Promise<readonly string[]> {
  const path = pathOf(spec);
  return (await dcs.keys(path)).map((key) => key.slice(path.length));
}

/** @throws CodedError as etcd does. */
export async function unmarkDisabled({ dcs, spec }: ClusterHandle, worker: string): Promise<void> {
  await dcs.txn({ compare: [], success: [{ delete: `${pathOf(spec)}${worker}` }] });
}

function pathOf({ name }: ClusterHandle['spec']): string {
  return `/citus-ha/${name}/disabled/`;
}
