import { expect, it } from 'vitest';
import type { ClientPlan } from '../history/op.js';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder, testClients } from '../testing/build-history.js';
import { checkScans } from './scans.js';

const scans: ClientPlan = { workload: 'scans', endpoint: 'write', table: 'distributed', group: '-', slot: 1 };
const nothing = { rows: null };

const check = (build: (builder: HistoryBuilder) => HistoryBuilder) => {
  const builder = new HistoryBuilder([...testClients, scans, scans]);
  const history = build(builder.request('scan', nothing, { from: 1, client: 2 })).build();
  return checkScans(history, requestsOf(history));
};
const cutAt = (from: number) => ({ from, client: 3, type: 'info', error: 'CONNECTION_LOST' }) as const;

it('is broken by a session that was cut while nothing was wrong', () => {
  expect(check((builder) => builder.request('scan', nothing, cutAt(20)).fault(100, 200))).toMatchObject({
    figures: { sessions: 2, scans: 1, cut: 1, cutForNothing: 1, failed: 0 },
    check: { valid: false },
  });
});

it('is not broken by one that a fault cut', () => {
  expect(check((builder) => builder.request('scan', nothing, cutAt(120)).fault(100, 200))).toMatchObject({
    figures: { cut: 1, cutForNothing: 0 },
    check: { valid: true },
  });
});

it('counts a scan that failed, or took too long, as no session that was cut', () => {
  const seen = check((builder) =>
    builder
      .request('scan', nothing, { from: 20, client: 3, type: 'fail', error: '53100' })
      .request('scan', nothing, { from: 30, client: 3, type: 'info', error: 'REQUEST_TIMEOUT' }),
  );
  expect(seen).toMatchObject({ figures: { cut: 0, failed: 2 }, check: { valid: true } });
});

it('is undecided where no scan came to its end, and says nothing where nobody scans', () => {
  const history = new HistoryBuilder([...testClients, scans])
    .request('scan', nothing, { from: 1, type: 'open', client: 2 })
    .build();
  expect(checkScans(history, requestsOf(history))?.check.valid).toBe('unknown');
  const without = new HistoryBuilder().build();
  expect(checkScans(without, requestsOf(without))).toBeUndefined();
});
