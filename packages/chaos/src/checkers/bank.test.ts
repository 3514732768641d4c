import { expect, it } from 'vitest';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkBank } from './bank.js';

function check(...reads: readonly Readonly<Record<string, number>>[]) {
  const builder = new HistoryBuilder();
  for (const [index, balances] of reads.entries())
    builder.request('balances', balances, { from: index + 1, asked: null });
  const history = builder.build();
  return checkBank(history, requestsOf(history));
}

it('holds where every read of the accounts finds the same total', () => {
  expect(check({ a: 100, b: 100 }, { a: 300, b: -100 }).valid).toBe(true);
});

it('is broken by one read with another total', () => {
  expect(check({ a: 100, b: 100 }, { a: 100, b: 95 })).toMatchObject({
    valid: false,
    detail: '1 of 2 reads found 195 instead of 200',
  });
});

it('is undecided where nobody read the accounts', () => {
  expect(check().valid).toBe('unknown');
});
