import { describe, expect, it } from 'vitest';
import type { ClientPlan } from '../history/op.js';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder, testClients } from '../testing/build-history.js';
import { outagesOf, worstOutageMs } from './outage.js';

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

  it('is none of a time before the fault', () => {
    const builder = new HistoryBuilder().appends(500, 800, 900).fault(750, 850);
    expect(worstOutageMs(outages(builder, 950), 'write')).toBe(100);
  });

  it('of reads is apart from that of writes', () => {
    const builder = new HistoryBuilder().appends(100, 200, 300, 400);
    builder.request('tail', row, { from: 200, client: 1 });
    expect(worstOutageMs(outages(builder, 450), 'read')).toBe(249);
  });
});
