import { dcsPathOf, knock, restoreWorkers, sentinelsPath, type ClusterHandle, isAlone } from '@citus-ha/cluster';
import { coordinators, workers, type MemberSpec } from '@citus-ha/config';
import { currentClock, messageOf } from '@citus-ha/core';
import { isScopePaused } from '../failover/scope.js';
import { presenceKey } from '../presence.js';
import type { Tell } from '../sentinel-event.js';
import { tellOnce } from '../tell-once.js';
import { doWithout } from './do-without.js';

const everyMs = 5_000;
/** While a worker is out of service, or copies are lacking. */
const soonMs = 1_000;
const knockMs = 1_000;
/** Before it is told that repair fails: without a leader it does for a moment. */
const patienceMs = 10_000;
/** How long a worker may serve nobody that was not seen to die. */
const graceMs = 5_000;

/**
 * Repairs what lost workers leave lacking, until the signal: takes those out of service that are gone for good, and back once they
 * serve, and makes copies anew. Of several sentinels only the first one does.
 */
export async function watchWorkers(
  latest: { readonly cluster: ClusterHandle },
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const losses = new Losses();
  let told = tellOnce(tell);
  let failingSince: number | undefined;
  while (!signal.aborted) {
    const cluster = { ...latest.cluster, signal };
    let isWhole = true;
    try {
      if (await isToRepair(cluster)) {
        for (const worker of workers(cluster.spec).filter((one) => isAlone(cluster.spec, one))) {
          await losses.follow(cluster, worker, told);
        }
        isWhole = await restoreWorkers(cluster, told);
      }
      failingSince = undefined;
      if (isWhole) told = tellOnce(tell);
    } catch (error) {
      isWhole = false;
      failingSince ??= currentClock().now();
      const isLasting = currentClock().now() - failingSince >= patienceMs;
      if (isLasting && !signal.aborted) told({ type: 'not-repaired', reason: messageOf(error) });
    }
    await currentClock()
      .sleep(isWhole ? everyMs : soonMs, signal)
      .catch(() => undefined);
  }
}

async function isToRepair({ spec, record, dcs }: ClusterHandle): Promise<boolean> {
  const [coordinator] = coordinators(spec);
  if (!coordinator || (await isScopePaused(dcs, dcsPathOf({ spec, record }, coordinator)))) return false;
  const keys = await Promise.all((await dcs.keys(sentinelsPath(spec))).map((key) => dcs.get(key)));
  const [first] = keys
    .filter((key) => key !== undefined)
    .toSorted((a, b) => Number(a.createRevision) - Number(b.createRevision));
  return first?.key === presenceKey(spec);
}

/** Workers that serve nobody, whoever saw them die. */
class Losses {
  readonly #since = new Map<string, number>();
  /** Those that are out of service by now. */
  readonly #without = new Set<string>();

  async follow(cluster: ClusterHandle, { name }: MemberSpec, tell: Tell): Promise<void> {
    const { disableAfterMs } = cluster.spec.sentinel;
    const now = currentClock().now();
    if ((await knock(cluster.runtime, name, 'postgres', knockMs)) === 'heard') {
      this.#since.delete(name);
      this.#without.delete(name);
      return;
    }
    const since = this.#since.get(name) ?? now;
    this.#since.set(name, since);
    const isDue = disableAfterMs !== null && now - since >= Math.max(graceMs, disableAfterMs);
    if (!isDue || this.#without.has(name)) return;
    const outcome = await doWithout(cluster, name, { since, promisedMs: undefined }, tell);
    if (outcome === 'disabled' || outcome === 'not-in-service') this.#without.add(name);
  }
}
