import type { History } from '../history/op.js';
import { headerOf, requestsWith, type Request } from '../history/requests.js';
import type { Check } from './verdict.js';

/** Whether every read of all accounts found the total that there was at the beginning. */
export function checkBank(history: History, requests: readonly Request[]): Check {
  const total = headerOf(history)?.bankTotal;
  const reads = requestsWith(requests, 'balances').filter(({ outcome }) => outcome === 'ok');
  if (total === undefined || reads.length === 0) {
    return { name: 'bank', valid: 'unknown', detail: 'no read of the accounts succeeded' };
  }
  const wrong = reads.map(({ value }) => sum(value ?? {})).filter((seen) => seen !== total);
  if (wrong.length === 0) return { name: 'bank', valid: true, detail: `${reads.length} reads, each ${total} in all` };
  return {
    name: 'bank',
    valid: false,
    detail: `${wrong.length} of ${reads.length} reads found ${[...new Set(wrong)].slice(0, 3).join(', ')} instead of ${total}`,
  };
}

function sum(balances: Readonly<Record<string, number>>): number {
  return Object.values(balances).reduce((total, balance) => total + balance, 0);
}
