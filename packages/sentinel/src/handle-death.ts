import { isAlone, memberNamed, type ClusterHandle } from '@citus-ha/cluster';
import { currentClock } from '@citus-ha/core';
import type { Death, Lost } from './failover/judge.js';
import type { Restarts } from './failover/restarts.js';
import { takeOver } from './failover/take-over.js';
import { promised } from './promised.js';
import { doWithout } from './repair/do-without.js';
import type { Tell } from './sentinel-event.js';

/** What a worker that is started again waits for at most. */
const aheadMs = 1_000;

/** All that follows from a death. Never throws but for the cluster's signal. */
export async function handleDeath(
  cluster: ClusterHandle,
  death: Death,
  restarts: Restarts,
  fenced: () => Lost | undefined,
  tell: Tell,
): Promise<void> {
  const lost = fenced() ?? { since: currentClock().now(), fault: 'kill' };
  const { disableAfterMs } = cluster.spec.sentinel;
  const isSpared = disableAfterMs !== null && isAlone(cluster.spec, memberNamed(cluster, death.member));
  const without =
    isSpared &&
    afterwards(cluster, disableAfterMs, () =>
      doWithout(cluster, death.member, { since: lost.since, ...promised(cluster, lost.fault, 'worker') }, tell),
    );
  if (without) without.catch(() => undefined);
  // Clients wait for the one, nobody for the other.
  if (without && disableAfterMs === 0) await Promise.race([without, currentClock().sleep(aheadMs, cluster.signal)]);
  await takeOver(cluster, death, restarts, lost, tell);
  await without;
}

async function afterwards(cluster: ClusterHandle, ms: number, task: () => Promise<void>): Promise<void> {
  await currentClock().sleep(ms, cluster.signal);
  await task();
}
