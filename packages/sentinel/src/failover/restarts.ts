import type { ClusterHandle } from '@citus-ha/cluster';
import { currentClock } from '@citus-ha/core';
import type { Death } from './judge.js';

const longestMs = 60_000;
/** Who lives for so long dies of something new. */
const steadyMs = 20_000;

/** Starts members again that died, the sooner after each other the later. */
export class Restarts {
  readonly #last = new Map<string, { readonly at: number; readonly waitMs: number }>();

  /**
   * Starts the member, unless somebody has done it, has stopped it or paused its cluster meanwhile.
   *
   * @throws CodedError as the runtime does; the cluster's signal's reason.
   */
  async restart(
    { runtime, signal }: ClusterHandle,
    { member, incarnation }: Death,
    isPaused: () => Promise<boolean>,
  ): Promise<void> {
    await currentClock().sleep(this.#waitMs(member), signal);
    await runtime.withLock(
      member,
      async () => {
        const now = await runtime.member(member);
        const isAsItDied = now.state === 'exited' && now.incarnation?.id === incarnation && now.intent === 'running';
        if (isAsItDied && !(await isPaused())) await runtime.start(member);
      },
      { signal },
    );
  }

  #waitMs(member: string): number {
    const last = this.#last.get(member);
    const at = currentClock().now();
    const isNewTrouble = last === undefined || at - last.at > steadyMs;
    const waitMs = isNewTrouble ? 0 : Math.min(longestMs, 2 * last.waitMs || 1_000);
    this.#last.set(member, { at: at + waitMs, waitMs });
    return waitMs;
  }
}
