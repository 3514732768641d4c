import type { ClusterSpec } from '@citus-ha/config';
import type { ClusterHandle } from '../cluster-handle.js';
import type { ClusterStatus } from '../status/status.js';

/** Where sentinels say in etcd that they run, each with a key of its own on a lease. */
export function sentinelsPath({ name }: Pick<ClusterSpec, 'name'>): string {
  return `/citus-ha/${name}/sentinels/`;
}

/** Whether one watches this cluster. @throws CodedError as etcd does. */
export async function readSentinel({ dcs, spec, answerMs }: ClusterHandle): Promise<ClusterStatus['sentinel']> {
  const [first] = await dcs.keys(sentinelsPath(spec), { timeoutMs: answerMs });
  if (first === undefined) return { running: false, pid: null };
  const said = await dcs.get(first, { timeoutMs: answerMs });
  return { running: true, pid: said === undefined ? null : (JSON.parse(said.value) as { readonly pid: number }).pid };
}
