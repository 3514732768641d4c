import { expect, it } from 'vitest';
import { exportForElle } from './elle.js';
import { HistoryBuilder } from './testing/build-history.js';

it('writes registers as transactions in EDN, reads without a value until they have one', () => {
  const history = new HistoryBuilder()
    .request('write', { key: 3, value: 7 }, { from: 1, to: 2 })
    .request('read', { key: 3, value: 7 }, { from: 3, to: 4, client: 1, asked: { key: 3, value: null } })
    .build();
  expect(exportForElle(history)).toBe(
    [
      '{:index 2, :time 1000000, :process 0, :type :invoke, :f :txn, :value [[:w 3 7]]}',
      '{:index 3, :time 2000000, :process 0, :type :ok, :f :txn, :value [[:w 3 7]]}',
      '{:index 4, :time 3000000, :process 1, :type :invoke, :f :txn, :value [[:r 3 nil]]}',
      '{:index 5, :time 4000000, :process 1, :type :ok, :f :txn, :value [[:r 3 7]]}',
      '',
    ].join('\n'),
  );
});
