import { opsOf, type History, type TableKind } from '../history/op.js';
import { headerOf, type Request } from '../history/requests.js';
import { isOfCrowd } from '../workloads/crowd.js';

/** The longest time in which one client had nothing acknowledged. */
export interface Outage {
  readonly access: 'write' | 'read';
  readonly table: TableKind;
  /** Workers that hold the shard, `-` where no single shard is meant. */
  readonly group: string;
  readonly fromMs: number;
  readonly ms: number;
}

const writers = new Set(['ledger', 'transfer']);

/**
 * The outage that each client saw, worst first: the longest gap between its acknowledgements, from the fault on, or from the
 * beginning of the load where there is none, up to the end of the load, so that an outage that never ends counts.
 */
export function outagesOf(history: History, requests: readonly Request[]): readonly Outage[] {
  const header = headerOf(history);
  const loads = opsOf(history, 'load');
  const begun = loads.find(({ value }) => value === 'begin')?.time;
  const ended = loads.find(({ value }) => value === 'end')?.time ?? history.at(-1)?.time;
  if (!header || begun === undefined || ended === undefined) return [];
  const struck = opsOf(history, 'inject').find(({ type }) => type === 'invoke')?.time ?? begun;
  return header.clients
    .flatMap((plan, client) => {
      const access = writers.has(plan.workload) ? 'write' : plan.workload === 'tail' ? 'read' : undefined;
      if (access === undefined) return [];
      const times = requests
        .filter((one) => one.client === client && one.outcome === 'ok' && one.endedAt > struck)
        .map((one) => one.endedAt);
      const { from, length } = longestGap([struck, ...times.toSorted((a, b) => a - b), ended]);
      return [
        { access, table: plan.table, group: plan.group, fromMs: from / 1e6, ms: Math.round(length / 1e6) } as const,
      ];
    })
    .toSorted((a, b) => b.ms - a.ms);
}

/** The longest time between two answers that any client had before the fault, in milliseconds. */
export function calmGapMs(history: History, requests: readonly Request[]): number {
  const struck = opsOf(history, 'inject').find(({ type }) => type === 'invoke')?.time ?? 0;
  const gaps = (headerOf(history)?.clients ?? []).map((plan, client) => {
    if (isOfCrowd(plan)) return 0;
    const before = requests.filter((one) => one.client === client && one.outcome === 'ok' && one.endedAt <= struck);
    return longestGap(before.map(({ endedAt }) => endedAt).toSorted((a, b) => a - b)).length;
  });
  return Math.round(Math.max(0, ...gaps) / 1e6);
}

/** The worst client's outage in milliseconds; `null` where there was no such client. */
export function worstOutageMs(outages: readonly Outage[], access: Outage['access']): number | null {
  return outages.find((outage) => outage.access === access)?.ms ?? null;
}

function longestGap(times: readonly number[]): { readonly from: number; readonly length: number } {
  let worst = { from: times[0] ?? 0, length: 0 };
  for (const [index, time] of times.entries()) {
    const from = times[index - 1];
    if (from !== undefined && time - from > worst.length) worst = { from, length: time - from };
  }
  return worst;
}
