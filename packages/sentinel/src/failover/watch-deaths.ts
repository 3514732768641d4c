import { currentClock } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import type { Death } from './judge.js';

const pauseMs = 1_000;

/**
 * Members that end, from now on until the signal, and those that had ended before though they are meant to run. One may be named
 * twice: whenever the runtime's events break off, all are looked at anew.
 */
export async function* watchDeaths(
  { members, events }: Pick<Runtime, 'members' | 'events'>,
  signal: AbortSignal,
  onBreak: (error: unknown) => void,
): AsyncGenerator<Death> {
  while (!signal.aborted) {
    try {
      const happening = events({ signal });
      for (const { name, state, intent, incarnation } of await members()) {
        if (state === 'exited' && intent === 'running' && incarnation)
          yield { member: name, incarnation: incarnation.id };
      }
      for await (const { type, member, incarnation } of happening) {
        if (type === 'exited' && incarnation !== undefined) yield { member, incarnation };
      }
    } catch (error) {
      if (signal.aborted) return;
      onBreak(error);
      await currentClock()
        .sleep(pauseMs, signal)
        .catch(() => undefined);
    }
  }
}
