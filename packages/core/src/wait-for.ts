import { currentClock } from './clock.js';
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
 * The first probe runs at once, the next ones `intervalMs` after the last has ended. A probe gets a signal that aborts with
 * the timeout, and is not waited for beyond it.
 *
 * @throws CodedError `TIMEOUT`, naming what was awaited and the last thing seen; the signal's reason when aborted; the
 * cause of a {@link FatalProbeError}.
 */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
  const over = new AbortController();
  try {
    return await probeUntil(options, deadlineAfter(options.timeoutMs, over.signal));
  } finally {
    over.abort();
  }
}

async function probeUntil<T>(options: WaitOptions<T>, deadline: AbortSignal): Promise<T> {
  const { what, probe, timeoutMs, intervalMs = 100 } = options;
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let thrown: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const answer = await untilAborted(signal, probe);
      if (answer !== undefined && answer !== false) return answer;
      thrown = undefined;
    } catch (error) {
      if (error instanceof FatalProbeError) throw error.cause;
      // What a probe says of being cut off by the deadline hides why it was still waiting.
      if (!deadline.aborted || thrown === undefined) thrown = error;
    }
    if (!deadline.aborted)
      await currentClock()
        .sleep(intervalMs, signal)
        .catch(() => undefined);
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

function deadlineAfter(ms: number, over: AbortSignal): AbortSignal {
  const deadline = new AbortController();
  currentClock()
    .sleep(ms, over)
    .then(
      () => deadline.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      () => undefined,
    );
  return deadline.signal;
}

/**
 * A probe that does not heed its signal holds up nothing. Each one has a listener of its own, removed with it: racing all of
 * them with one promise would keep what every probe came to until that promise settles.
 */
async function untilAborted<T>(signal: AbortSignal, probe: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const answer = probe(signal);
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    Promise.resolve(answer)
      .finally(() => signal.removeEventListener('abort', abort))
      .then(resolve, reject);
  });
}

/** Thrown by a probe to end the wait at once with its cause, when waiting longer cannot help. */
export class FatalProbeError extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}
