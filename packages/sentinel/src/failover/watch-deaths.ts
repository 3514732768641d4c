import { currentClock } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import type { Death } from './judge.js';

/** Between two looks at all members. */
const pauseMs = 5_000;

/**
 * Members that end, from now on until the signal, and again and again those that have ended though they are meant to run: what
 * could not be done about a death before may be possible now. Where the runtime's events break off, they are begun anew.
 */
export async function* watchDeaths(
  { members, events }: Pick<Runtime, 'members' | 'events'>,
  signal: AbortSignal,
  onBreak: (error: unknown) => void,
): AsyncGenerator<Death> {
  while (!signal.aborted) {
    const over = new AbortController();
    try {
      const happening = events({ signal: AbortSignal.any([signal, over.signal]) })[Symbol.asyncIterator]();
      const take = () => expected(happening.next());
      let next = take();
      while (!signal.aborted) {
        for (const { name, state, intent, incarnation } of await members()) {
          if (state === 'exited' && intent === 'running' && incarnation)
            yield { member: name, incarnation: incarnation.id };
        }
        const pause = expected(currentClock().sleep(pauseMs, signal));
        for (;;) {
          const event = await Promise.race([next, pause]);
          if (event === undefined) break;
          if (event.done) return;
          next = take();
          const { type, member, incarnation } = event.value;
          if (type === 'exited' && incarnation !== undefined) yield { member, incarnation };
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      onBreak(error);
      await currentClock()
        .sleep(pauseMs, signal)
        .catch(() => undefined);
    } finally {
      over.abort();
    }
  }
}

/** What it comes to is asked for later. */
function expected<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
