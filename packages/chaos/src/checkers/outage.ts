import { opsOf, type History, type TableKind } from '../history/op.js';
import { headerOf, type Request } from '../history/requests.js';
import { isOfCrowd } from '../workloads/crowd.js';
import { patienceMs } from '../load/pace.js';
import type { Check } from './verdict.js';

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
 * The outage that each client saw, worst first: the longest gap between its acknowledgements, from the beginning of the load
 * up to its end, so that an outage that never ends counts.
 */
export function outagesOf(history: History, requests: readonly Request[]): readonly Outage[] {
  const header = headerOf(history);
  const loads = opsOf(history, 'load');
  const begun = loads.find(({ value }) => value === 'begin')?.time;
  const ended = loads.find(({ value }) => value === 'end')?.time ?? history.at(-1)?.time;
  if (!header || begun === undefined || ended === undefined) return [];
  return header.clients
    .flatMap((plan, client) => {
      const access = writers.has(plan.workload) ? 'write' : plan.workload === 'tail' ? 'read' : undefined;
      if (access === undefined) return [];
      const times = requests.filter((one) => one.client === client && one.outcome === 'ok').map((one) => one.endedAt);
      const { from, length } = longestGap([begun, ...times.toSorted((a, b) => a - b), ended]);
      return [
        { access, table: plan.table, group: plan.group, fromMs: from / 1e6, ms: Math.round(length / 1e6) } as const,
      ];
    })
    .toSorted((a, b) => b.ms - a.ms);
}

/** The worst client's outage in milliseconds; `null` where there was no such client. */
export function worstOutageMs(outages: readonly Outage[], access: Outage['access']): number | null {
  return outages.find((outage) => outage.access === access)?.ms ?? null;
}

/**
 * Whether every client was served again before the fault was healed: the cluster went on, or came back by itself. And
 * whether every client was served at the end.
 */
export function checkAvailability(history: History, requests: readonly Request[]): Check {
  const header = headerOf(history);
  const healed = opsOf(history, 'heal').find(({ type }) => type === 'invoke')?.time;
  const ended = opsOf(history, 'load').find(({ value }) => value === 'end')?.time;
  if (!header || healed === undefined || ended === undefined) {
    return { name: 'availability', valid: 'unknown', detail: 'the load did not last until the fault was healed' };
  }
  const patience = patienceMs(header) * 1e6;
  const silentAt = (moment: number) =>
    header.clients.flatMap((plan, client) => {
      if (isOfCrowd(plan)) return [];
      const served = requests.some(
        (one) =>
          one.client === client && one.outcome === 'ok' && one.endedAt <= moment && one.endedAt > moment - patience,
      );
      return served ? [] : [`${plan.workload} on ${plan.table}${plan.group === '-' ? '' : ` ${plan.group}`}`];
    });
  const [atHeal, atEnd] = [silentAt(healed), silentAt(ended)];
  const named = (silent: readonly string[]) =>
    silent.length === header.clients.filter((plan) => !isOfCrowd(plan)).length
      ? 'every client'
      : [...new Set(silent)].join(', ');
  if (atEnd.length > 0) return failing(`still failing at the end: ${named(atEnd)}`);
  if (atHeal.length > 0) return failing(`down until the fault was healed: ${named(atHeal)}`);
  return { name: 'availability', valid: true, detail: 'every client was served while the fault lasted' };
}

function failing(detail: string): Check {
  return { name: 'availability', valid: false, detail };
}

function longestGap(times: readonly number[]): { readonly from: number; readonly length: number } {
  let worst = { from: times[0] ?? 0, length: 0 };
  for (const [index, time] of times.entries()) {
    const from = times[index - 1];
    if (from !== undefined && time - from > worst.length) worst = { from, length: time - from };
  }
  return worst;
}
