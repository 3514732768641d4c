import { setImmediate as nextTurn } from 'node:timers/promises';
import { withClock, type Clock } from './clock.js';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** How many turns of the event loop may pass until what was woken sleeps again. */
const turns = 4;

/**
 * Time that passes only while everyone sleeps, and then at once: minutes of waiting take milliseconds. For tasks that are in
 * memory entirely; it cannot see that an answer of the world outside is still under way.
 */
export class SimulatedClock implements Clock {
  #now = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /**
   * Runs a task by this clock to its end.
   *
   * @throws what the task throws; an error where it waits for nothing that can come.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const ended = withClock(this, task).finally(() => over.abort());
    ended.catch(() => undefined);
    for (;;) {
      for (let turn = 0; turn < turns && !over.signal.aborted; turn++) await nextTurn();
      if (over.signal.aborted) return ended;
      this.#advance();
    }
  }

  #advance(): void {
    const next = this.#sleepers.reduce((first, one) => (one.at < first.at ? one : first), { at: Infinity } as Sleeper);
    if (next.at === Infinity) throw new Error(`At ${this.#now} ms everyone waits, and nobody for the clock`);
    this.#now = next.at;
    this.#sleepers = this.#sleepers.filter((one) => one !== next);
    next.wake();
  }
}
