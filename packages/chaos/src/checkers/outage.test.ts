import { describe, expect, it } from 'vitest';
import type { ClientPlan } from '../history/op.js';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder, testClients } from '../testing/build-history.js';
import { checkAvailability, outagesOf, worstOutageMs } from './outage.js';

const row = { table: 'distributed', slot: 1, id: 1 } as const;

function outages(builder: HistoryBuilder, endsAt: number) {
  const history = builder.build(endsAt);
  return outagesOf(history, requestsOf(history));
}

describe('an outage', () => {
  it('is the longest gap between acknowledgements, failed requests notwithstanding', () => {
    const builder = new HistoryBuilder().appends(100, 200, 700, 800);
    builder.request('append', row, { from: 400, type: 'fail' });
    expect(worstOutageMs(outages(builder, 900), 'write')).toBe(500);
  });

  it('counts up to the end of the load where it never ends', () => {
    expect(worstOutageMs(outages(new HistoryBuilder().appends(100, 200), 5000), 'write')).toBe(4799);
  });

  it('is that of the client that was worst off, named by table and shard group', () => {
    const other: ClientPlan = { workload: 'ledger', endpoint: 'write', table: 'reference', group: '-', slot: 1 };
    const builder = new HistoryBuilder([...testClients, other]).appends(100, 200, 300);
    builder.request('append', { ...row, table: 'reference' }, { from: 350, client: 2 });
    expect(outages(builder, 400).filter(({ access }) => access === 'write')).toEqual(
      [
        { access: 'write', table: 'reference', group: '-', fromMs: 0, ms: 351 },
        { access: 'write', table: 'distributed', group: 'worker1+worker2', fromMs: 201, ms: 101 },
      ].map(
        (one) =>
          expect.objectContaining(one.table === 'reference' ? one : { table: one.table, group: one.group }) as object,
      ),
    );
  });

  it('of reads is apart from that of writes', () => {
    const builder = new HistoryBuilder().appends(100, 200, 300, 400);
    builder.request('tail', row, { from: 200, client: 1 });
    expect(worstOutageMs(outages(builder, 450), 'read')).toBe(249);
  });
});

const every = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / 100) + 1 }, (_, index) => from + index * 100);

const check = (writes: readonly number[], reads: readonly number[], healedAt = 20_000, endsAt = 30_000) => {
  const builder = new HistoryBuilder().appends(...writes).fault(1000, healedAt);
  for (const from of reads) builder.request('tail', row, { from, client: 1 });
  const history = builder.build(endsAt);
  return checkAvailability(history, requestsOf(history));
};

describe('availability', () => {
  it('holds where every client is served again before the fault is healed', () => {
    expect(check([...every(100, 900), ...every(9000, 29_900)], every(100, 29_900)).valid).toBe(true);
  });

  it('is broken where a client is served only once the fault is healed', () => {
    expect(check([...every(100, 900), ...every(21_000, 29_900)], every(100, 29_900))).toMatchObject({
      valid: false,
      detail: 'down until the fault was healed: ledger on distributed worker1+worker2',
    });
  });

  it('is broken where a client is not served at the end', () => {
    expect(check(every(100, 29_900), every(100, 25_000))).toMatchObject({
      valid: false,
      detail: 'still failing at the end: tail on distributed worker1+worker2',
    });
  });

  it('is not broken by one request that was given up just before: the timeout and two intervals are waited for', () => {
    const writes = (last: number) => [...every(50, last), ...every(20_100, 29_900)];
    expect(check(writes(17_950), every(100, 29_900)).valid).toBe(true);
    expect(check(writes(17_850), every(100, 29_900)).valid).toBe(false);
  });

  it('is undecided where the fault was not healed under load', () => {
    const history = new HistoryBuilder().appends(100).build();
    expect(checkAvailability(history, requestsOf(history)).valid).toBe('unknown');
  });
});
