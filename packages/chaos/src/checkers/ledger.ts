import { opsOf, type History, type TableKind } from '../history/op.js';
import { requestsWith, type Request } from '../history/requests.js';
import type { Check } from './verdict.js';

export interface LedgerCounts {
  readonly acked: number;
  readonly failed: number;
  /** Outcome never learnt; not counted as failed. */
  readonly unknown: number;
  /** Acknowledged, and not there at the end. */
  readonly lost: number;
  /** Certainly failed, or never sent, and there at the end. */
  readonly resurrected: number;
  /** There more than once. */
  readonly duplicated: number;
}

/** Compares what was acknowledged with what the tables held at the end. */
export function checkLedger(
  history: History,
  requests: readonly Request[],
): { readonly counts: LedgerCounts; readonly check: Check } {
  const appends = requestsWith(requests, 'append');
  const finals = opsOf(history, 'finalLedger');
  const kinds = [...new Set(appends.map(({ invoked }) => invoked.value.table))];
  const read = (kind: TableKind) => finals.find(({ type, value }) => type === 'ok' && value.table === kind)?.value.ids;
  const counts = { acked: 0, failed: 0, unknown: 0, lost: 0, resurrected: 0, duplicated: 0 };
  const unread: TableKind[] = [];
  for (const kind of kinds) {
    const ofKind = appends.filter(({ invoked }) => invoked.value.table === kind);
    const ids = (outcome: Request['outcome']) =>
      new Set(ofKind.filter((one) => one.outcome === outcome).map(({ invoked }) => invoked.value.id));
    const [acked, failed, unknown] = [ids('ok'), ids('fail'), ids('info')];
    counts.acked += acked.size;
    counts.failed += failed.size;
    counts.unknown += unknown.size;
    const rows = read(kind);
    if (rows === undefined) {
      unread.push(kind);
      continue;
    }
    const present = new Set(rows);
    counts.duplicated += rows.length - present.size;
    counts.lost += count(acked, (id) => !present.has(id));
    counts.resurrected += count(present, (id) => !acked.has(id) && !unknown.has(id));
  }
  return { counts, check: verdictOf(counts, unread) };
}

function verdictOf(counts: LedgerCounts, unread: readonly TableKind[]): Check {
  const { acked, lost, resurrected, duplicated, unknown } = counts;
  const figures = `${acked} acknowledged: ${lost} lost, ${resurrected} resurrected, ${duplicated} duplicated; ${unknown} of unknown outcome`;
  if (lost + resurrected + duplicated > 0) return { name: 'ledger', valid: false, detail: figures };
  if (unread.length > 0) {
    return { name: 'ledger', valid: 'unknown', detail: `not read at the end: ${unread.join(', ')}` };
  }
  if (acked === 0) return { name: 'ledger', valid: 'unknown', detail: 'no write was acknowledged' };
  return { name: 'ledger', valid: true, detail: figures };
}

function count<T>(values: Iterable<T>, matches: (value: T) => boolean): number {
  let matching = 0;
  for (const value of values) if (matches(value)) matching += 1;
  return matching;
}
