import { isDeepStrictEqual } from 'node:util';
import type { ClusterSpec } from '@citus-ha/config';
import type { ProgramVersions } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';
import type { Crowd } from '../workloads/crowd.js';
import type { TrialResult } from '../checkers/check-history.js';
import { percentilesOf, type Percentiles } from '../checkers/percentiles.js';
import { worstOf, type Verdict } from '../checkers/verdict.js';
import type { Strike } from './suites.js';

/** A series of trials as it is kept in its folder: what was asked for, where it ran, what has come of it so far. */
export interface Series {
  readonly version: 1;
  readonly startedAt: string;
  /** What was asked for, as on the command line: `kill leader`, `suite seed`. */
  readonly title: string;
  /** In the order in which they are made. */
  readonly planned: readonly PlannedTrial[];
  readonly seed: number;
  readonly rate: number;
  readonly timeoutMs: number;
  readonly crowd?: Crowd;
  /** Whether writers go through the poolers. */
  readonly pooled?: boolean;
  readonly place: SeriesPlace;
  readonly results: readonly SeriesResult[];
}

export interface PlannedTrial extends Strike {
  /** Counts the trials of the same fault on the same target, from 1. */
  readonly trial: number;
}

export interface SeriesResult extends PlannedTrial {
  /** The history, beside the series' own file. */
  readonly file: string;
  readonly result: TrialResult;
}

/** What figures depend on. */
export interface SeriesPlace {
  readonly runtime: string;
  readonly engine: string;
  readonly versions: ProgramVersions & { readonly citusHa: string; readonly node: string };
  readonly machine: { readonly cpus: number; readonly memoryGiB: number };
  readonly spec: Pick<ClusterSpec, 'name' | 'durability' | 'timings' | 'coordinators' | 'workers' | 'shards' | 'etcd'>;
}

/** What a series says as a whole. */
export interface Summary {
  /** Milliseconds over all trials, each with its worst client. */
  readonly writeOutageMs: Percentiles | null;
  readonly readOutageMs: Percentiles | null;
  readonly valid: Verdict;
}

/**
 * Figures of one series are of one cluster on one machine.
 *
 * @throws CodedError `SERIES_ELSEWHERE` naming what differs.
 */
export function requirePlace({ place }: Series, here: SeriesPlace): void {
  const keys = ['runtime', 'engine', 'versions', 'machine', 'spec'] as const;
  // A series' own place went through JSON.
  const [then, now] = [place, here].map((one) => JSON.parse(JSON.stringify(one)) as SeriesPlace);
  const different = keys.filter((key) => !isDeepStrictEqual(then?.[key], now?.[key]));
  if (different.length === 0) return;
  throw new CodedError('SERIES_ELSEWHERE', `The series was begun elsewhere: other ${different.join(', ')}`, {
    blame: 'user',
    fix: `Go on with it on ${place.spec.name} as it was, or begin a new series.`,
  });
}

/** Each strike so many times. */
export function planTrials(strikes: readonly Strike[], trials: number): readonly PlannedTrial[] {
  return strikes.flatMap((strike) => Array.from({ length: trials }, (_, index) => ({ ...strike, trial: index + 1 })));
}

/** The trials that are still to be made; one that was interrupted is made anew. */
export function trialsLeft({ planned, results }: Series): readonly PlannedTrial[] {
  const done = new Set(results.map(nameOfTrial));
  return planned.filter((trial) => !done.has(nameOfTrial(trial)));
}

/** `kill-leader-1`: unlike any other trial of its series. */
export function nameOfTrial({ fault, target, trial }: PlannedTrial): string {
  return `${fault}-${target}-${trial}`.replaceAll('+', '-and-');
}

/** The results of each fault and target, in the order in which they were first made. */
export function byStrike(
  results: readonly SeriesResult[],
): readonly (Strike & { readonly results: readonly SeriesResult[] })[] {
  const groups = new Map<string, SeriesResult[]>();
  for (const result of results) {
    const key = `${result.fault} ${result.target}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ fault: first.fault, target: first.target, results: group }] : [];
  });
}

/** The figures of some trials; `unknown` of none. */
export function summarize(results: readonly TrialResult[]): Summary {
  return {
    writeOutageMs: percentilesOfKnown(results.map((result) => result.writeOutageMs)),
    readOutageMs: percentilesOfKnown(results.map((result) => result.readOutageMs)),
    valid: results.length === 0 ? 'unknown' : worstOf(results.map(({ valid }) => valid)),
  };
}

function percentilesOfKnown(values: readonly (number | null)[]): Percentiles | null {
  return percentilesOf(values.filter((value) => value !== null));
}
