import { opsOf, type History } from '../history/op.js';
import { headerOf, requestsWith, type Request } from '../history/requests.js';
import type { Check } from './verdict.js';

/** Whether every read of all accounts found the total there was at the beginning, and every transfer is there whole, or not at all. */
export function checkBank(history: History, requests: readonly Request[]): Check {
  const total = headerOf(history)?.bankTotal;
  const reads = requestsWith(requests, 'balances').filter(({ outcome }) => outcome === 'ok');
  const wrong = reads.map(({ value }) => sum(value ?? {})).filter((seen) => seen !== total);
  const entries = opsOf(history, 'finalTransfers').at(-1)?.value;
  const broken = [
    ...(total !== undefined && wrong.length > 0
      ? [
          `${wrong.length} of ${reads.length} reads found ${[...new Set(wrong)].slice(0, 3).join(', ')} instead of ${total}`,
        ]
      : []),
    ...(entries ? brokenTransfers(entries, requestsWith(requests, 'transfer')) : []),
  ];
  if (broken.length > 0) return { name: 'bank', valid: false, detail: broken.join('; ') };
  if (total === undefined || reads.length === 0) {
    return { name: 'bank', valid: 'unknown', detail: 'no read of the accounts succeeded' };
  }
  if (!entries) return { name: 'bank', valid: 'unknown', detail: 'transfers were not read at the end' };
  const detail = `${reads.length} reads, each ${total} in all; ${entries.length / 2} transfers, each with both accounts`;
  return { name: 'bank', valid: true, detail };
}

function brokenTransfers(entries: readonly number[], transfers: readonly Request<'transfer'>[]): readonly string[] {
  const accounts = new Map<number, number>();
  for (const id of entries) accounts.set(id, (accounts.get(id) ?? 0) + 1);
  const ids = (...outcomes: readonly Request['outcome'][]) =>
    transfers.filter(({ outcome }) => outcomes.includes(outcome)).map(({ invoked }) => invoked.value.id);
  const possible = new Set(ids('ok', 'info'));
  const found: readonly (readonly [number, string])[] = [
    [ids('ok').filter((id) => !accounts.has(id)).length, 'acknowledged transfers lost'],
    [[...accounts.keys()].filter((id) => !possible.has(id)).length, 'transfers resurrected'],
    [[...accounts.values()].filter((count) => count !== 2).length, 'transfers not once with each of two accounts'],
  ];
  return found.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
}

function sum(balances: Readonly<Record<string, number>>): number {
  return Object.values(balances).reduce((total, balance) => total + balance, 0);
}
