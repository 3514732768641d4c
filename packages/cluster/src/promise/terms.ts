import type { ClusterSpec } from '@citus-ha/config';
import { formatDuration } from '@citus-ha/core';
import {
  answer,
  deadAddress,
  deathSeen,
  election,
  firstAnswer,
  leaseRevoked,
  lockTaken,
  looked,
  nextTry,
  remainsKilled,
  standbyDropped,
} from './measured.js';
import type { PromiseInput } from './promise-input.js';
import type { Term } from './promise.js';

/** How a member is lost: its processes are seen to have ended, or it answers nobody, and may live. */
export type End = 'dead' | 'silent';

/** What a sentinel takes the lock for; all else is left to the lease. */
const actsOn: readonly End[] = ['dead'];

/** Until another coordinator has been promoted in place of a leader that is lost. */
export function replaced(input: PromiseInput, end: End): readonly Term[] {
  if (input.sentinel && actsOn.includes(end)) {
    const remains = input.isolation ? [] : [remainsKilled];
    return [deathSeen(input.runtime), ...remains, lockTaken, election];
  }
  const { timings } = input.spec;
  const isAsked = end === 'silent' || input.runtime === 'docker';
  return [
    setting('the lease ends', 'timings.ttl', timings.ttlMs),
    leaseRevoked,
    ...(isAsked ? [deadAddress] : []),
    election,
    // Who is asked in vain once is asked again where the race was not won.
    ...(end === 'silent' ? [loop('another round of the race', timings), deadAddress] : []),
    ...oldLeaderDropped(input),
  ];
}

/** With two coordinators, in synchronous mode, the new leader waits for the old one until Patroni's next loop. */
export function oldLeaderDropped({ spec: { coordinators, durability, timings } }: PromiseInput): readonly Term[] {
  if (coordinators.count !== 2 || durability === 'async') return [];
  return [loop('the new leader waits for the old one no longer', timings)];
}

/** Until the leader waits for a synchronous standby no longer. */
export function unawaited({ spec: { timings } }: PromiseInput, end: End): readonly Term[] {
  const silence = setting(
    'the leader gives up its connection',
    'wal_sender_timeout, timings.retryTimeout',
    timings.retryTimeoutMs,
  );
  return [...(end === 'silent' ? [silence] : []), loop('Patroni sees it', timings), standbyDropped];
}

/** Until clients are served by another server than before, which has just become fit. */
export const routed: readonly Term[] = [looked, firstAnswer];

/** Until clients of a server that is gone are sent to another one. */
export const rerouted: readonly Term[] = [looked, nextTry, answer];

export function loop(what: string, { loopWaitMs }: ClusterSpec['timings']): Term {
  return setting(what, 'timings.loopWait', loopWaitMs);
}

export function setting(what: string, key: string, ms: number): Term {
  return { what, ms, from: `${key} ${formatDuration(ms)}` };
}
