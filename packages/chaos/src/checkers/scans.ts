import { opsOf, type History } from '../history/op.js';
import type { Request } from '../history/requests.js';
import { disturbedFrom, failoversOf } from './undisturbed.js';
import type { Check } from './verdict.js';

export interface ScansFigures {
  readonly sessions: number;
  readonly scans: number;
  /** Sessions that were ended from outside, over the whole trial. */
  readonly cut: number;
  /** Those of them that were while no fault explained it. */
  readonly cutForNothing: number;
  /** Scans that failed for another reason. */
  readonly failed: number;
}

/** How a session ends that somebody else ends (PostgreSQL manual, "Error Codes", class 57). */
const cutBy = /^(CONNECTION_LOST|ECONNRESET|EPIPE|57P0[125])$/;

/** Whether sessions under which the cluster is busy live on, and depose nobody, while nothing else is wrong; `undefined` without any. */
export function checkScans(
  history: History,
  requests: readonly Request[],
): { readonly figures: ScansFigures; readonly check: Check } | undefined {
  const scans = requests.filter(({ plan }) => plan.workload === 'scans');
  if (scans.length === 0) return undefined;
  const disturbed = disturbedFrom(history);
  const ended = opsOf(history, 'scan').filter(({ type }) => type === 'info' || type === 'fail');
  const cut = ended.filter(({ type, error = '' }) => type === 'info' && cutBy.test(error));
  const figures = {
    sessions: new Set(scans.map(({ client }) => client)).size,
    scans: scans.filter(({ outcome }) => outcome === 'ok').length,
    cut: cut.length,
    cutForNothing: cut.filter(({ time }) => time < disturbed).length,
    failed: ended.length - cut.length,
  };
  const failovers = failoversOf(history, disturbed);
  const valid = figures.cutForNothing > 0 || failovers > 0 ? false : figures.scans > 0 || 'unknown';
  return { figures, check: { name: 'scans', valid, detail: inWords(figures, failovers) } };
}

function inWords({ sessions, scans, cut, cutForNothing, failed }: ScansFigures, failovers: number): string {
  return `${scans} scans by ${sessions} sessions: ${cut} cut, ${cutForNothing} of them without a fault; ${failed} scans failed otherwise; ${failovers} failovers without a fault`;
}
