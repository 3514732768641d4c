import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkLedger } from './ledger.js';

const row = (id: number) => ({ table: 'distributed', slot: 1, id }) as const;

function check(builder: HistoryBuilder, present?: readonly number[]) {
  if (present) builder.note(900, 'runner', 'finalLedger', { table: 'distributed', ids: present });
  const history = builder.build();
  return checkLedger(history, requestsOf(history));
}

describe('the ledger', () => {
  it('holds where every acknowledged write is there once', () => {
    const { counts, check: verdict } = check(new HistoryBuilder().appends(1, 2, 3), [3, 1, 2]);
    expect(verdict.valid).toBe(true);
    expect(counts).toMatchObject({ acked: 3, lost: 0, resurrected: 0, duplicated: 0 });
  });

  it('is broken by an acknowledged write that is not there', () => {
    const { counts, check: verdict } = check(new HistoryBuilder().appends(1, 2, 3), [1, 3]);
    expect(verdict.valid).toBe(false);
    expect(counts.lost).toBe(1);
  });

  it('is broken by a write that is there though it had failed', () => {
    const builder = new HistoryBuilder().request('append', row(1), { from: 1 });
    builder.request('append', row(2), { from: 2, type: 'fail' });
    const { counts, check: verdict } = check(builder, [1, 2]);
    expect(verdict.valid).toBe(false);
    expect(counts.resurrected).toBe(1);
  });

  it('is broken by a row that nobody wrote', () => {
    expect(check(new HistoryBuilder().appends(1), [1, 99]).check.valid).toBe(false);
  });

  it('is broken by a write that is there twice', () => {
    const { counts, check: verdict } = check(new HistoryBuilder().appends(1, 2), [1, 2, 2]);
    expect(verdict.valid).toBe(false);
    expect(counts.duplicated).toBe(1);
  });

  it.each([[[1]], [[1, 2]]])('leaves open what became of a write of unknown outcome: %j', (present) => {
    const builder = new HistoryBuilder().request('append', row(1), { from: 1 });
    builder.request('append', row(2), { from: 2, type: 'info' });
    const { counts, check: verdict } = check(builder, present);
    expect(verdict.valid).toBe(true);
    expect(counts).toMatchObject({ acked: 1, unknown: 1, lost: 0, resurrected: 0 });
  });

  it('takes a write that was never answered for one of unknown outcome', () => {
    const builder = new HistoryBuilder().request('append', row(1), { from: 1 });
    builder.request('append', row(2), { from: 2, type: 'open' });
    expect(check(builder, [1]).counts.unknown).toBe(1);
  });

  it('is undecided where the tables were not read, or nothing was acknowledged', () => {
    expect(check(new HistoryBuilder().appends(1)).check.valid).toBe('unknown');
    expect(check(new HistoryBuilder(), []).check.valid).toBe('unknown');
  });

  it('counts exactly the acknowledged writes that are gone', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50 })), fc.func(fc.boolean()), (ids, keeps) => {
        const builder = new HistoryBuilder();
        for (const id of ids) builder.request('append', row(id), { from: 2 * id });
        const kept = ids.filter((id) => keeps(id));
        expect(check(builder, kept).counts.lost).toBe(ids.length - kept.length);
      }),
    );
  });
});
