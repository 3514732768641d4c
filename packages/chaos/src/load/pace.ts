import { CodedError } from '@citus-ha/core';

/** A client that asks less often sees too little of what happens. */
const longestIntervalMs = 1_000;

/**
 * Between two requests of one client, in milliseconds, where all of them together send `rate` a second.
 *
 * @throws CodedError `RATE_TOO_LOW` naming the lowest that works.
 */
export function intervalFor(clients: number, rate: number): number {
  const intervalMs = Math.round((1000 * clients) / rate);
  if (intervalMs <= longestIntervalMs) return intervalMs;
  const lowest = Math.ceil((1000 * clients) / longestIntervalMs);
  throw new CodedError(
    'RATE_TOO_LOW',
    `At ${rate} requests a second ${clients} clients ask too seldom to see anything`,
    {
      blame: 'user',
      fix: `Give a rate of ${lowest} or more, or the cluster fewer shards: each has clients of its own.`,
    },
  );
}

/** A client that had nothing acknowledged for so long is not served: one request was given up, the next is answered late. */
export function patienceMs({
  timeoutMs,
  intervalMs,
}: {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}): number {
  return timeoutMs + 2 * intervalMs;
}
