import type { MemberSpec } from '@citus-ha/config';
import type { ClusterHandle } from '../cluster-handle.js';
import { withClusterLock } from '../context.js';
import { disableWorker } from './disable-worker.js';
import { isAlone } from './is-alone.js';
import type { RepairEvent } from './repair-event.js';

/** Stops a worker; where a sentinel takes it back later, it is taken out of service first, so that no write waits for it. */
export function stopWorker(
  cluster: ClusterHandle,
  worker: MemberSpec,
  tell: (event: RepairEvent) => void,
): Promise<void> {
  const { enabled, disableAfterMs } = cluster.spec.sentinel;
  return withClusterLock(cluster, async () => {
    if (enabled && disableAfterMs !== null && isAlone(cluster.spec, worker)) await leave(cluster, worker, tell);
    await cluster.runtime.stop(worker.name);
  });
}

/** It is stopped all the same where that cannot be done. */
async function leave(cluster: ClusterHandle, worker: MemberSpec, tell: (event: RepairEvent) => void): Promise<void> {
  const result = await disableWorker(cluster, worker).catch(() => undefined);
  if (result?.outcome === 'disabled') tell({ type: 'worker-disabled', member: worker.name });
  if (result?.outcome === 'needed') {
    const { outcome: _, ...why } = result;
    tell({ type: 'worker-needed', member: worker.name, ...why });
  }
}
