import { setTimeout as delay } from 'node:timers/promises';
import { CodedError, messageOf } from './coded-error.js';

export interface WaitOptions<T> {
  /** What is awaited, as a noun phrase: "coord-2 to lead". */
  readonly what: string;
  /** Answers the awaited value, or `undefined` or `false` while it is not there yet. A throw counts as not yet. */
  readonly probe: (signal: AbortSignal) => T | undefined | false | Promise<T | undefined | false>;
  readonly timeoutMs: number;
  /** Pause between two probes, 100 ms unless told. */
  readonly intervalMs?: number;
  /** What was last seen, for the error; called only on a timeout. */
  readonly lastSeen?: () => string;
  readonly member?: string;
  readonly fix?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Polls until the probe answers, and returns its answer. The only way anything in citus-ha waits.
 *
 * @throws CodedError `TIMEOUT`, naming what was awaited and the last thing seen; the signal's reason when aborted.
 */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
  const { what, probe, timeoutMs, intervalMs = 100 } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let thrown: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const answer = await probe(signal);
      if (answer !== undefined && answer !== false) return answer;
      thrown = undefined;
    } catch (error) {
      if (error instanceof FatalProbeError) throw error.cause;
      thrown = error;
    }
    if (!deadline.aborted) await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    options.signal?.throwIfAborted();
    if (deadline.aborted) {
      const seen = options.lastSeen?.() ?? (thrown === undefined ? 'nothing' : messageOf(thrown));
      throw new CodedError('TIMEOUT', `Waited ${timeoutMs} ms for ${what}; last seen: ${seen}`, {
        cause: thrown,
        member: options.member,
        fix: options.fix,
      });
    }
  }
}

/** Thrown by a probe to end the wait at once with its cause, when waiting longer cannot help. */
export class FatalProbeError extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}
