import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { sentinelsPath, type ClusterHandle } from '@citus-ha/cluster';
import { currentClock } from '@citus-ha/core';

const everyMs = 3_000;
const leaseSeconds = 8;

/**
 * Says in etcd that a sentinel runs here, as long as it does, and keeps up with the cluster; by both it only tries: a sentinel
 * that cannot say so watches all the same.
 */
export async function keepPresent(
  latest: { cluster: ClusterHandle },
  open: () => Promise<ClusterHandle>,
  signal: AbortSignal,
): Promise<void> {
  const key = presenceKey(latest.cluster.spec);
  const value = JSON.stringify({ host: hostname(), pid: process.pid });
  while (!signal.aborted) {
    await say(latest.cluster, key, value).catch(() => undefined);
    await currentClock()
      .sleep(everyMs, signal)
      .catch(() => undefined);
    // Without its site a cluster is settled anew, which is not for a sentinel to do.
    const isWhole = !signal.aborted && (await latest.cluster.runtime.site().catch(() => undefined)) !== undefined;
    if (isWhole) latest.cluster = await unlessTheSame(latest.cluster, open).catch(() => latest.cluster);
  }
  await latest.cluster.dcs
    .txn({ compare: [], success: [{ delete: key }] }, { timeoutMs: 1_000 })
    .catch(() => undefined);
}

/** By which this sentinel says that it runs. */
export function presenceKey(spec: ClusterHandle['spec']): string {
  return `${sentinelsPath(spec)}${hostname()}-${process.pid}`;
}

/** A handle that goes on has its login to etcd, which a new one would have to make first. */
async function unlessTheSame(known: ClusterHandle, open: () => Promise<ClusterHandle>): Promise<ClusterHandle> {
  const { spec, site, record } = known;
  const now = await open();
  return isDeepStrictEqual([now.spec, now.site, now.record], [spec, site, record]) ? known : now;
}

async function say({ dcs }: ClusterHandle, key: string, value: string): Promise<void> {
  const lease = await dcs.grantLease(leaseSeconds);
  await dcs.txn({ compare: [], success: [{ put: key, value, lease }] });
}
