import type { History, Promised } from '../history/op.js';
import { accessOf, headerOf, requestsOf, type Request } from '../history/requests.js';
import { isOfCrowd } from '../workloads/crowd.js';
import { checkFault, checkPlacements, checkPrepared, checkRedundancy } from './aftermath.js';
import { checkAvailability, promisedIn } from './availability.js';
import { checkBank } from './bank.js';
import { checkLeaders } from './leaders.js';
import { checkLedger } from './ledger.js';
import { outagesOf, worstOutageMs, type Outage } from './outage.js';
import { percentilesOf, type Percentiles } from './percentiles.js';
import { checkReads } from './reads.js';
import { checkRegister } from './register.js';
import { checkScans, type ScansFigures } from './scans.js';
import { checkStorm, type StormFigures } from './storm.js';
import { worstOf, type Check, type Verdict } from './verdict.js';

/** What one trial showed. The first part is what `citus-ha chaos run --json` prints for it. */
export interface TrialResult {
  /** Milliseconds of the worst client; `null` where there was none. */
  readonly writeOutageMs: number | null;
  readonly readOutageMs: number | null;
  readonly acked: number;
  readonly lost: number;
  readonly resurrected: number;
  readonly duplicated: number;
  readonly unknown: number;
  /** Requests that were not acknowledged, by class of error. */
  readonly errors: Readonly<Record<string, number>>;
  /** From the injection until all members, nodes and placements were back; `null` where they were not. */
  readonly redundancyRestoredMs: number | null;
  readonly valid: Verdict;
  /** Where clients came and went. */
  readonly storm?: StormFigures;
  /** Where sessions scanned. */
  readonly scans?: ScansFigures;

  /** The worst to expect of the fault by the cluster's settings; absent where they promise nothing. */
  readonly promised?: Promised;
  readonly checks: readonly Check[];
  readonly outages: readonly Outage[];
  /** Milliseconds from when a request was due until it was acknowledged. */
  readonly latencyMs: { readonly write: Percentiles | null; readonly read: Percentiles | null };
}

/** Gives the verdict on a history: every checker's answer, of which the worst wins, and the figures. */
export function checkHistory(history: History): TrialResult {
  const requests = requestsOf(history);
  const ledger = checkLedger(history, requests);
  const redundancy = checkRedundancy(history);
  const storm = checkStorm(history, requests);
  const scans = checkScans(history, requests);
  const outages = outagesOf(history, requests);
  const checks = [
    checkFault(history),
    ledger.check,
    checkBank(history, requests),
    checkRegister(history, requests),
    checkReads(requests),
    checkLeaders(history),
    checkAvailability(history, requests),
    redundancy.check,
    checkPlacements(history),
    checkPrepared(history),
    ...(storm ? [storm.check] : []),
    ...(scans ? [scans.check] : []),
  ];
  const promised = promisedIn(history);
  const { acked, lost, resurrected, duplicated, unknown } = ledger.counts;
  return {
    writeOutageMs: worstOutageMs(outages, 'write'),
    readOutageMs: worstOutageMs(outages, 'read'),
    acked,
    lost,
    resurrected,
    duplicated,
    unknown,
    errors: errorsOf(requests),
    redundancyRestoredMs: redundancy.restoredMs,
    valid: headerOf(history) ? worstOf(checks.map(({ valid }) => valid)) : 'unknown',
    ...(promised && { promised }),
    ...(storm && { storm: storm.figures }),
    ...(scans && { scans: scans.figures }),
    checks,
    outages,
    latencyMs: { write: latencyOf(requests, 'write'), read: latencyOf(requests, 'read') },
  };
}

function errorsOf(requests: readonly Request[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { outcome, error = 'NO_ANSWER' } of requests) {
    if (outcome !== 'ok') counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}

function latencyOf(requests: readonly Request[], access: 'write' | 'read'): Percentiles | null {
  return percentilesOf(
    requests
      .filter(({ plan, outcome }) => accessOf(plan) === access && !isOfCrowd(plan) && outcome === 'ok')
      .map(({ invoked, endedAt }) => Math.round((endedAt - (invoked.due ?? invoked.time)) / 1e4) / 100),
  );
}
