import type { MemberSpec } from '@citus-ha/config';
import type { ClusterHandle } from '../cluster-handle.js';
import { withClusterLock } from '../context.js';
import { disableWorker } from './disable-worker.js';
import { isAlone } from './is-alone.js';
import type { RepairEvent } from './repair-event.js';

/**
 * Stops a worker; where a sentinel takes it back later, it is taken out of service first, so that no write waits for it. It is
 * stopped all the same where that cannot be done.
 */
export function stopWorker(
  cluster: ClusterHandle,
  worker: MemberSpec,
  tell: (event: RepairEvent) => void,
): Promise<void> {
  const { enabled, disableAfterMs } = cluster.spec.sentinel;
  return withClusterLock(cluster, async () => {
    if (enabled && disableAfterMs !== null && isAlone(cluster.spec, worker)) {
      const event = await disableWorker(cluster, worker).catch(() => undefined);
      if (event) tell(event);
    }
    await cluster.runtime.stop(worker.name);
  });
}
