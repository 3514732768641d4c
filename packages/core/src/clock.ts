import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** How time passes. */
export interface Clock {
  /** Milliseconds since a moment of the clock's own; never goes back. */
  now(): number;
  /** @throws the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

const clocks = new AsyncLocalStorage<Clock>();

/** The clock of the task that asks: the machine's, except within {@link withClock}. */
export function currentClock(): Clock {
  return clocks.getStore() ?? systemClock;
}

/** Runs a task, and all that it calls, by another clock; what talks to the world outside keeps the machine's. */
export function withClock<T>(clock: Clock, task: () => T): T {
  return clocks.run(clock, task);
}
