import { expect, it } from 'vitest';
import type { ClientPlan } from '../history/op.js';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder, testClients } from '../testing/build-history.js';
import { checkStorm } from './storm.js';

const storm: ClientPlan = { workload: 'storm', endpoint: 'write', table: 'local', group: '-', slot: 1 };
const row = (id: number) => ({ table: 'local', slot: 1, id }) as const;
const begun = () => new HistoryBuilder([...testClients, storm]);

const check = (builder: HistoryBuilder) => {
  const history = builder.build();
  return checkStorm(history, requestsOf(history));
};

const failover = (from: number) =>
  begun()
    .request('append', row(1), { from: 1, client: 2, connectMs: 5 })
    .note(5, 'observer', 'beat', { member: 'coord-1', timeline: 1, since: 4e6 })
    .note(50, 'observer', 'beat', { member: 'coord-2', timeline: 2, since: 49e6 })
    .fault(from, from + 10);

it('measures how long clients took to connect', () => {
  const builder = begun();
  for (const [index, connectMs] of [30, 10, 20].entries()) {
    builder.request('append', row(index), { from: index * 10, client: 2, connectMs });
  }
  expect(check(builder)).toMatchObject({
    figures: { connects: 3, connectMs: { p50: 20, p99: 30, max: 30 }, refused: 0, failed: 0 },
    check: { valid: true },
  });
});

it('is broken by a client that was refused, not by one that was cut off', () => {
  const cut = begun()
    .request('append', row(1), { from: 1, client: 2, connectMs: 5 })
    .request('append', row(2), { from: 9, client: 2, type: 'fail', error: 'CONNECTION_LOST' });
  expect(check(cut)).toMatchObject({ figures: { refused: 0, failed: 1 }, check: { valid: true } });
  cut.request('append', row(3), { from: 20, client: 2, type: 'fail', error: '53300' });
  expect(check(cut)).toMatchObject({ figures: { refused: 1, failed: 1 }, check: { valid: false } });
});

it('is broken by a failover that no fault explains', () => {
  expect(check(failover(100))?.check.valid).toBe(false);
  expect(check(failover(20))?.check.valid).toBe(true);
});

it('says nothing where nobody came and went', () => {
  expect(check(new HistoryBuilder().appends(1))).toBeUndefined();
});
