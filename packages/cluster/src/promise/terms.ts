import type { ClusterSpec } from '@citus-ha/config';
import { formatDuration } from '@citus-ha/core';
import {
  deadAddress,
  deathSeen,
  election,
  fenced,
  firstAnswer,
  leaseRevoked,
  lockTaken,
  loggedIn,
  looked,
  nextTry,
  remainsKilled,
  standbyDropped,
  standbyLetGo,
} from './measured.js';
import type { PromiseInput } from './promise-input.js';
import { until, type Term } from './promise.js';

/**
 * How a member is lost: its processes are seen to have ended; it answers nobody, and may live; or its PostgreSQL takes no
 * connection, while its Patroni answers.
 */
export type End = 'dead' | 'silent' | 'half-alive';

/** Who is busy, or far away, is not dead: nobody takes his place. */
export const slowed = ['cpu-hog', 'loss', 'slow', 'delay'];
export const untilQuick = until('nothing slows it down any more');

/** Until another coordinator has been promoted in place of a leader that is lost. */
export function replaced(input: PromiseInput, end: End): readonly Term[] {
  if (input.sentinel && end === 'dead') {
    const remains = input.isolation ? [] : [remainsKilled];
    return [deathSeen(input.runtime), ...remains, lockTaken, election];
  }
  const killed = untilFenced(input, end);
  if (killed !== undefined) return [...killed, deathSeen(input.runtime), lockTaken, election];
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

/** Until a member that is silent has been killed; `undefined` where nobody does that. */
export function untilFenced({ sentinel, spec }: PromiseInput, end: End): readonly Term[] | undefined {
  const ms = spec.sentinel.fenceAfterMs;
  if (!sentinel || ms === null || end === 'dead') return undefined;
  const wait = setting('nothing is heard of it', 'sentinel.fenceAfter', ms);
  return end === 'silent'
    ? [wait, fenced]
    : [wait, setting('nor of PostgreSQL alone', 'sentinel.fenceAfter', ms), fenced];
}

/** With two coordinators, in synchronous mode, the new leader waits for the old one until Patroni's next loop. */
export function oldLeaderDropped({ spec: { coordinators, durability, timings } }: PromiseInput): readonly Term[] {
  if (coordinators.count !== 2 || durability === 'async') return [];
  return [loop('the new leader waits for the old one no longer', timings)];
}

/** Until the leader waits for a synchronous standby no longer. */
export function unawaited(input: PromiseInput, end: End): readonly Term[] {
  const { timings } = input.spec;
  const silence = setting(
    'the leader gives up its connection',
    'wal_sender_timeout, timings.retryTimeout',
    timings.retryTimeoutMs,
  );
  const killed = untilFenced(input, end);
  if (input.sentinel && (end === 'dead' || killed !== undefined)) {
    return [...(killed ?? []), deathSeen(input.runtime), standbyLetGo];
  }
  return [...(end === 'dead' ? [] : [silence]), loop('Patroni sees it', timings), standbyDropped];
}

/** Until clients are served by another server than before, which has just become fit. */
export const routed: readonly Term[] = [looked, firstAnswer];

/** Until clients of a server that is gone are sent to another one. */
export const rerouted: readonly Term[] = [looked, nextTry, loggedIn];

export function loop(what: string, { loopWaitMs }: ClusterSpec['timings']): Term {
  return setting(what, 'timings.loopWait', loopWaitMs);
}

export function setting(what: string, key: string, ms: number): Term {
  return { what, ms, from: `${key} ${formatDuration(ms)}` };
}
