import {
  canSpare,
  findCutOff,
  ifClusterIsFree,
  isAlone,
  knock,
  remakeIfEmpty,
  restoreWorkers,
  sentinelsPath,
  type ClusterHandle,
} from '@citus-ha/cluster';
import { workers, type MemberSpec } from '@citus-ha/config';
import { currentClock, messageOf } from '@citus-ha/core';
import { isClusterPaused } from '../is-paused.js';
import { presenceKey } from '../presence.js';
import type { Tell } from '../sentinel-event.js';
import { tellOnce } from '../tell-once.js';
import { doWithout } from './do-without.js';

const idleMs = 5_000;
/** While a worker is lost or out of service, or copies are lacking. */
const soonMs = 1_000;
const knockMs = 1_000;
/** How long a worker may serve nobody that was not seen to die. */
const graceMs = 5_000;
/** A disk may be mounted late. */
const emptyMs = 30_000;
/** Before it is told that repair fails: without a leader it does for a moment. */
const patienceMs = 10_000;

/**
 * Repairs what lost workers leave lacking, until the signal: takes those out of service that serve nobody though they were not seen to die,
 * those back that serve again, and makes copies anew. Of several sentinels only the first one does.
 *
 * @param isCalm Whether a member and most others answer as quickly as ever, so that who is not reached is not only busy.
 */
export async function watchWorkers(
  latest: { readonly cluster: ClusterHandle },
  isCalm: (member: string) => boolean,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const losses = new Losses(isCalm);
  // Copying takes as long as it takes.
  await Promise.all([
    again(latest, tell, signal, soonMs, (cluster, told) => losses.follow(cluster, told)),
    again(latest, tell, signal, idleMs, async (cluster, told) => {
      if (!(await isToRepair(cluster))) return true;
      for (const worker of losses.longLost()) {
        if (await remakeIfEmpty(cluster, worker)) told({ type: 'worker-remade', member: worker.name });
      }
      return restoreWorkers(cluster, told);
    }),
  ]);
}

/** Runs a pass again and again; it answers whether nothing is left to do. */
async function again(
  latest: { readonly cluster: ClusterHandle },
  tell: Tell,
  signal: AbortSignal,
  everyMs: number,
  pass: (cluster: ClusterHandle, tell: Tell) => Promise<boolean>,
): Promise<void> {
  let told = tellOnce(tell);
  let failingSince: number | undefined;
  while (!signal.aborted) {
    const cluster = { ...latest.cluster, signal };
    let isWhole = true;
    try {
      isWhole = await pass(cluster, told);
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

async function isToRepair(cluster: ClusterHandle): Promise<boolean> {
  const { spec, dcs } = cluster;
  if (await isClusterPaused(cluster)) return false;
  const keys = await Promise.all((await dcs.keys(sentinelsPath(spec))).map((key) => dcs.get(key)));
  const [first] = keys
    .filter((key) => key !== undefined)
    .toSorted((a, b) => Number(a.createRevision) - Number(b.createRevision));
  return first?.key === presenceKey(spec);
}

/** Workers that serve nobody, whoever saw them die, or not the leader. */
class Losses {
  /** Since when, of which life. */
  readonly #since = new Map<
    string,
    { readonly worker: MemberSpec; readonly at: number; readonly life: string | undefined }
  >();
  #askedAt = Number.NEGATIVE_INFINITY;
  readonly #isCalm: (member: string) => boolean;

  constructor(isCalm: (member: string) => boolean) {
    this.#isCalm = isCalm;
  }

  /** Those that have lost more than a life, by the time that they are away. */
  longLost(): readonly MemberSpec[] {
    const now = currentClock().now();
    return [...this.#since.values()].filter(({ at }) => now - at >= emptyMs).map(({ worker }) => worker);
  }

  /** Answers whether every worker serves. */
  async follow(cluster: ClusterHandle, tell: Tell): Promise<boolean> {
    const began = currentClock().now();
    const alone = workers(cluster.spec).filter((worker) => isAlone(cluster.spec, worker));
    const isTime = this.#since.size > 0 || began - this.#askedAt >= idleMs;
    if (isTime) this.#askedAt = began;
    // Who cannot ask knows nothing, and forgets nothing.
    const cutOff = alone.length > 0 && isTime ? await findCutOff(cluster).catch(() => null) : undefined;
    cluster.signal?.throwIfAborted();
    for (const worker of alone) {
      await this.#look(cluster, worker, { began, cutOff }, tell);
    }
    return this.#since.size === 0;
  }

  async #look(
    cluster: ClusterHandle,
    worker: MemberSpec,
    { began, cutOff }: { readonly began: number; readonly cutOff: string | null | undefined },
    tell: Tell,
  ): Promise<void> {
    const { name } = worker;
    const { disableAfterMs } = cluster.spec.sentinel;
    const heard = await knock(cluster.runtime, name, 'postgres', knockMs);
    if (heard === 'heard' && cutOff === null) return;
    const isCutOff = heard === 'heard' && cutOff === name;
    if (heard === 'heard' && !isCutOff) return void this.#since.delete(name);
    const member = (await cluster.runtime.members()).find((one) => one.name === name);
    // Who is there and silent may be busy; who is not is killed for it, by better evidence.
    const isGone =
      member === undefined ||
      member.state === 'exited' ||
      member.state === 'created' ||
      heard === 'refused' ||
      isCutOff;
    if (!isGone) return void this.#since.delete(name);
    const life = member?.incarnation?.id;
    const known = this.#since.get(name);
    const now = currentClock().now();
    if (known === undefined || known.life !== life) return void this.#since.set(name, { worker, at: began, life });
    const isDue = disableAfterMs !== null && now - known.at >= Math.max(graceMs, disableAfterMs);
    // Whoever works on the whole cluster may be about to bring it back.
    if (!isDue || !(await isToRepair(cluster))) return;
    if (isCutOff && !this.#isCalm(name)) return;
    if (!(await canSpare(cluster, worker))) return;
    const loss = { since: known.at, isAlone: true, isCutOff };
    await ifClusterIsFree(cluster, () => doWithout(cluster, name, loss, tell));
  }
}
