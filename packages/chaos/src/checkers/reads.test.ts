import { expect, it } from 'vitest';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkReads } from './reads.js';

const row = (id: number | null) => ({ table: 'distributed', slot: 1, id }) as const;

function check(type: 'ok' | 'fail' | 'info', seen: number | null) {
  const builder = new HistoryBuilder().request('append', { ...row(1), id: 1 }, { from: 1, type });
  builder.request('tail', row(seen), { from: 5, client: 1, asked: row(null) });
  return checkReads(requestsOf(builder.build())).valid;
}

it('hold where the read endpoint shows what was written, or may have been, or nothing yet', () => {
  expect([check('ok', 1), check('info', 1), check('ok', null)]).toEqual([true, true, true]);
});

it('are broken by a row whose write had failed', () => {
  expect(check('fail', 1)).toBe(false);
});

it('are undecided where none succeeded', () => {
  expect(checkReads(requestsOf(new HistoryBuilder().appends(1).build())).valid).toBe('unknown');
});
