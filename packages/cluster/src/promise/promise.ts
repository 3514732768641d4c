import { formatDuration } from '@citus-ha/core';

/** A part of an outage. */
export interface Term {
  readonly what: string;
  readonly ms: number;
  /** The setting with its value, or where it was measured. */
  readonly from: string;
}

/** How long an outage lasts at worst. */
export type Bound =
  | { readonly bound: 'at-most'; readonly ms: number; readonly terms: readonly Term[] }
  /** As long as it takes until this is so: no setting ends it. */
  | { readonly bound: 'until'; readonly until: string }
  | { readonly bound: 'unknown'; readonly why: string };

/** What becomes of acknowledged writes at worst. */
export interface Loss {
  readonly lost: 'nothing' | 'newest' | 'unknown';
  readonly why: string;
}

/** Who is hit: the coordinator that leads, one that follows, a worker, one etcd or more, the proxy, or several others at once. */
export type PromiseTarget = 'leader' | 'standby' | 'worker' | 'etcd' | 'proxy' | 'several';

/** The worst to expect of some faults, by their names in `@citus-ha/chaos`. */
export interface FaultPromise {
  readonly faults: readonly string[];
  readonly target: PromiseTarget;
  readonly write: Bound;
  readonly read: Bound;
  readonly loss: Loss;
}

/** A bound in a word. */
export function boundText(bound: Bound): string {
  if (bound.bound === 'unknown') return 'unknown';
  return bound.bound === 'until' ? 'unbounded' : formatDuration(bound.ms);
}

/** The sum of its terms. */
export function atMost(...terms: readonly Term[]): Bound {
  return { bound: 'at-most', ms: terms.reduce((sum, { ms }) => sum + ms, 0), terms };
}

export function until(what: string): Bound {
  return { bound: 'until', until: what };
}

export function unknown(why: string): Bound {
  return { bound: 'unknown', why };
}
