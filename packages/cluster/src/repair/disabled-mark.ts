import type { EtcdKey } from '@citus-ha/dcs';
import type { ClusterHandle } from '../cluster-handle.js';

/*
 * Who disabled a worker: one with a mark is taken into service again by whoever repairs, one without by nobody but a person.
 */

/** @throws CodedError as etcd does. */
export function markDisabled({ dcs, spec }: ClusterHandle, worker: string): Promise<void> {
  return dcs.put(`${pathOf(spec)}${worker}`, 'lost');
}

/** Marks by worker, as they are now: one that was renewed since is not removed. @throws CodedError as etcd does. */
export async function readMarks({ dcs, spec }: ClusterHandle): Promise<ReadonlyMap<string, EtcdKey>> {
  const path = pathOf(spec);
  const marks = await Promise.all((await dcs.keys(path)).map((key) => dcs.get(key)));
  return new Map(marks.flatMap((mark) => (mark ? [[mark.key.slice(path.length), mark] as const] : [])));
}

function pathOf({ name }: ClusterHandle['spec']): string {
  return `/citus-ha/${name}/disabled/`;
}
