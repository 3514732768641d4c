import { setTimeout as delay } from 'node:timers/promises';

export interface Pace {
  readonly intervalMs: number;
  /** How long after the beginning the first request is due. */
  readonly offsetMs: number;
  readonly signal: AbortSignal;
}

/**
 * Calls `request` at a fixed rate until the signal, one at a time, with the moment at which each was due (milliseconds
 * of `performance.now()`). One that was held up by its predecessor is made late and keeps its due moment, so that waiting
 * counts as latency.
 */
export async function atFixedRate(
  { intervalMs, offsetMs, signal }: Pace,
  request: (dueAt: number) => Promise<void>,
): Promise<void> {
  for (let dueAt = performance.now() + offsetMs; !signal.aborted; dueAt += intervalMs) {
    const early = dueAt - performance.now();
    if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await request(dueAt);
  }
}
