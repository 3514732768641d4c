import { formatDuration } from '@citus-ha/core';
import {
  type Percentiles,
  type Verdict,
  boundText,
  byStrike,
  summarize,
  type SeriesResult,
  type TrialResult,
} from '@citus-ha/chaos';

/** One row of the table that page and terminal share: a fault, and its figures over all its trials, written out. */
export interface FigureRow {
  readonly fault: string;
  readonly target: string;
  readonly trials: number;
  readonly valid: Verdict;
  /** p50, p99 and worst. */
  readonly writeOutage: readonly string[];
  readonly readOutage: readonly string[];
  /** The worst to expect, of writes and of reads; several where the trials did not promise the same. */
  readonly promised: { readonly write: string; readonly read: string };
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly resurrected: number;
  /** The slowest return to full redundancy. */
  readonly redundancy: string;
}

export function figureRows(results: readonly SeriesResult[]): readonly FigureRow[] {
  return byStrike(results).map(({ fault, target, results: trials }) => {
    const outcomes = trials.map(({ result }) => result);
    const { writeOutageMs, readOutageMs, valid } = summarize(outcomes);
    const total = (of: (result: (typeof outcomes)[number]) => number) =>
      outcomes.reduce((sum, result) => sum + of(result), 0);
    const restored = outcomes.map(({ redundancyRestoredMs }) => redundancyRestoredMs);
    return {
      fault,
      target,
      trials: trials.length,
      valid,
      writeOutage: written(writeOutageMs),
      readOutage: written(readOutageMs),
      promised: { write: promisedOf(outcomes, 'write'), read: promisedOf(outcomes, 'read') },
      acked: total(({ acked }) => acked),
      lost: total(({ lost }) => lost),
      duplicated: total(({ duplicated }) => duplicated),
      resurrected: total(({ resurrected }) => resurrected),
      redundancy: restored.includes(null) ? 'never' : formatDuration(Math.max(0, ...restored.map((ms) => ms ?? 0))),
    };
  });
}

/** In words: what a verdict means for the one who reads it. */
export function verdictWord(valid: Verdict): 'held' | 'broken' | 'undecided' {
  return valid === 'unknown' ? 'undecided' : valid ? 'held' : 'broken';
}

function promisedOf(results: readonly TrialResult[], access: 'write' | 'read'): string {
  const texts = results.map(({ promised }) => (promised ? boundText(promised[access]) : 'nothing'));
  return [...new Set(texts)].join(', ');
}

function written(percentiles: Percentiles | null): readonly string[] {
  if (percentiles === null) return ['–', '–', '–'];
  return [percentiles.p50, percentiles.p99, percentiles.max].map(formatDuration);
}
