import { isAlone, knock, type ClusterHandle } from '@citus-ha/cluster';
import { databaseMembers } from '@citus-ha/config';
import { currentClock } from '@citus-ha/core';
import type { Lost } from '../failover/judge.js';
import type { SentinelEvent, Tell } from '../sentinel-event.js';
import { groupOf } from '../group-of.js';
import { tellOnce } from '../tell-once.js';
import { fence } from './fence.js';
import { Hearing } from './hearing.js';
import { areMostPrompt, type Others } from './judge-silence.js';

/** While nothing is asked of it. */
const idleMs = 1_000;

/** Knocks at PostgreSQL of every member that others could do without, and has those fenced that serve nobody. */
export class SilenceWatch {
  readonly #latest: { readonly cluster: ClusterHandle };
  readonly #tell: Tell;
  readonly #onReturn: (member: string) => void;
  readonly #hearings = new Map<string, Hearing>();
  readonly #underWay = new Map<string, Promise<void>>();
  /** By the life that was fenced. */
  readonly #fenced = new Map<string, Lost>();
  /** By member, of its last silence. */
  readonly #told = new Map<string, Tell>();

  /** @param onReturn Called with each that is heard again after it was knocked at in vain. */
  constructor(latest: { readonly cluster: ClusterHandle }, tell: Tell, onReturn: (member: string) => void) {
    this.#latest = latest;
    this.#tell = tell;
    this.#onReturn = onReturn;
  }

  /** Why a life was fenced; `undefined` of any other. */
  fenced(incarnation: string): Lost | undefined {
    return this.#fenced.get(incarnation);
  }

  /** Whether a member answers as quickly as ever, and so does half of the others at least. */
  isCalm(member: string): boolean {
    const { fenceAfterMs } = this.#latest.cluster.spec.sentinel;
    if (fenceAfterMs === null) return false;
    const ms = fenceAfterMs / 3;
    return areMostPrompt(this.#othersThan(member, ms)) && this.#hearing(member).isPrompt(currentClock().now(), ms);
  }

  async run(signal: AbortSignal): Promise<void> {
    let lastAt = currentClock().now();
    let round = 0;
    while (!signal.aborted) {
      const { fenceAfterMs } = this.#latest.cluster.spec.sentinel;
      const everyMs = fenceAfterMs === null ? idleMs : fenceAfterMs / 5;
      await currentClock()
        .sleep(everyMs, signal)
        .catch(() => undefined);
      const now = currentClock().now();
      const wasAway = now - lastAt > 2 * everyMs;
      lastAt = now;
      if (fenceAfterMs === null || signal.aborted) continue;
      if (wasAway) for (const hearing of this.#hearings.values()) hearing.forget();
      round++;
      for (const { name, isJudged, isRare } of heardIn(this.#latest.cluster)) {
        if (!isRare || round % 2 === 0) void this.#knock(name, fenceAfterMs);
        if (isJudged) this.#listenTo(name, fenceAfterMs, signal);
      }
    }
    await Promise.all(this.#underWay.values());
  }

  #listenTo(member: string, fenceAfterMs: number, signal: AbortSignal): void {
    // Whoever is asked takes a while, which is part of the time that it is given.
    const hearing = this.#hearing(member);
    const isDue = hearing.unservedMs(currentClock().now()) >= fenceAfterMs / 3;
    if (!isDue || this.#underWay.has(member)) return;
    const silence = {
      member,
      unservedMs: () => hearing.unservedMs(currentClock().now()),
      isRefused: () => hearing.isRefused,
      forget: () => hearing.forget(),
      others: () => this.#othersThan(member, fenceAfterMs / 3),
    };
    const handled = fence({ ...this.#latest.cluster, signal }, silence, fenceAfterMs, (event) =>
      this.#tellOnce(member, event),
    )
      .then(() => currentClock().sleep(fenceAfterMs, signal))
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(member));
    this.#underWay.set(member, handled);
  }

  async #knock(member: string, timeoutMs: number): Promise<void> {
    const hearing = this.#hearing(member);
    const began = currentClock().now();
    hearing.knocked(began);
    const heard = await knock(this.#latest.cluster.runtime, member, 'postgres', timeoutMs);
    if (heard === 'heard') {
      const wasAway = hearing.heard(began, currentClock().now());
      this.#told.delete(member);
      if (wasAway) this.#onReturn(member);
    }
    // An address where nobody is left is known at once.
    const isLate = currentClock().now() - began >= timeoutMs;
    if (heard === 'refused') hearing.unserved(began, 'refused');
    if (heard === 'silent') hearing.unserved(began, isLate ? 'silent' : 'gone');
    if (heard === 'unknown') hearing.forget();
  }

  #tellOnce(member: string, event: SentinelEvent): void {
    const now = currentClock().now();
    if (event.type === 'fencing') {
      this.#fenced.set(event.incarnation, { since: now - event.unservedMs, fault: faultOf(event) });
    }
    const tell = this.#told.get(member) ?? tellOnce(this.#tell);
    this.#told.set(member, tell);
    tell(event);
  }

  #othersThan(member: string, ms: number): Others {
    const now = currentClock().now();
    const others = heardIn(this.#latest.cluster)
      .map(({ name }) => name)
      .filter((name) => name !== member && !this.#hearing(name).isGone);
    return { count: others.length, prompt: others.filter((name) => this.#hearing(name).isPrompt(now, ms)) };
  }

  #hearing(member: string): Hearing {
    const hearing = this.#hearings.get(member) ?? new Hearing();
    this.#hearings.set(member, hearing);
    return hearing;
  }
}

/** Who is listened to, the many workers less often; judged is who has others by whose word he may be killed. */
function heardIn({ spec }: ClusterHandle) {
  const everyone = databaseMembers(spec);
  const judged = everyone.map((member) => {
    const isRare = isAlone(spec, member);
    const group = isRare ? everyone : groupOf({ spec }, member.name);
    return { name: member.name, isRare, isJudged: group.length > 1 };
  });
  // By the word of all, where one has nobody else.
  const areAllAsked = judged.some(({ isRare, isJudged }) => isRare && isJudged);
  return judged.filter(({ isJudged }) => isJudged || areAllAsked);
}

function faultOf({ postgres, patroni }: SentinelEvent & { readonly type: 'fencing' }): Lost['fault'] {
  if (postgres === 'refused') return 'full-disk';
  return patroni === 'silent' ? 'pause' : 'postmaster-pause';
}
