import { expect, it } from 'vitest';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkHistory } from './check-history.js';
import { worstOf } from './verdict.js';

it('gives the worst verdict of all checkers', () => {
  expect([worstOf([true, true]), worstOf([true, 'unknown']), worstOf(['unknown', false, true])]).toEqual([
    true,
    'unknown',
    false,
  ]);
});

it('reports a lost write as false though most was never looked at', () => {
  const history = new HistoryBuilder()
    .appends(1, 2)
    .note(900, 'runner', 'finalLedger', { table: 'distributed', ids: [2] })
    .build();
  expect(checkHistory(history)).toMatchObject({ valid: false, lost: 1, acked: 2 });
});

it('decides nothing of a history that breaks off', () => {
  expect(checkHistory(new HistoryBuilder().appends(1).build()).valid).toBe('unknown');
  expect(checkHistory([]).valid).toBe('unknown');
});

it('counts errors by class, the commonest first, and latency from when a request was due', () => {
  const history = new HistoryBuilder()
    .appends(1, 2)
    .request('append', { table: 'distributed', slot: 1, id: 9 }, { from: 5, type: 'fail' })
    .build();
  const due = history.map((op) => (op.type === 'invoke' ? { ...op, due: op.time - 4e6 } : op));
  expect(checkHistory(due)).toMatchObject({ errors: { E: 1 }, latencyMs: { write: { p50: 5, max: 5 }, read: null } });
});
