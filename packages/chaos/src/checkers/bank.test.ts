import { expect, it } from 'vitest';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkBank } from './bank.js';

interface Bank {
  readonly reads?: readonly Readonly<Record<string, number>>[];
  /** What became of each transfer, with ids from 1. */
  readonly transfers?: readonly ('ok' | 'fail' | 'info')[];
  readonly found?: readonly number[];
}

const even = [{ a: 100, b: 100 }];

function check({ reads = even, transfers = ['ok'], found }: Bank) {
  const builder = new HistoryBuilder();
  for (const [index, balances] of reads.entries())
    builder.request('balances', balances, { from: index + 1, asked: null });
  for (const [index, type] of transfers.entries()) {
    builder.request('transfer', { id: index + 1, from: 1, to: 2, amount: 3 }, { from: 100 + index, type });
  }
  if (found) builder.note(900, 'runner', 'finalTransfers', found);
  const history = builder.build();
  return checkBank(history, requestsOf(history));
}

it('holds where every read of the accounts finds the same total, and every transfer is there', () => {
  const reads = [...even, { a: 300, b: -100 }];
  expect(check({ reads, transfers: ['ok', 'fail', 'ok'], found: [1, 1, 3, 3] }).valid).toBe(true);
});

it('is broken by one read with another total', () => {
  expect(check({ reads: [...even, { a: 100, b: 95 }], found: [1, 1] })).toMatchObject({
    valid: false,
    detail: '1 of 2 reads found 195 instead of 200',
  });
});

it('is broken by an acknowledged transfer that is lost though the total is right', () => {
  expect(check({ transfers: ['ok', 'ok'], found: [1, 1] })).toMatchObject({
    valid: false,
    detail: '1 acknowledged transfers lost',
  });
});

it('is broken by a transfer that had failed, that is there by half, or twice', () => {
  expect(check({ transfers: ['ok', 'fail'], found: [1, 1, 2, 2] }).valid).toBe(false);
  expect(check({ found: [1] }).valid).toBe(false);
  expect(check({ found: [1, 1, 1, 1] }).valid).toBe(false);
});

it('leaves open what became of a transfer of unknown outcome', () => {
  expect(check({ transfers: ['ok', 'info'], found: [1, 1] }).valid).toBe(true);
  expect(check({ transfers: ['ok', 'info'], found: [1, 1, 2, 2] }).valid).toBe(true);
});

it('is undecided where nobody read the accounts, or the transfers at the end', () => {
  expect(check({ reads: [], found: [1, 1] }).valid).toBe('unknown');
  expect(check({}).valid).toBe('unknown');
});
