import { describe, expect, it } from 'vitest';
import type { Promised } from '../history/op.js';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkAvailability } from './availability.js';

const row = { table: 'distributed', slot: 1, id: 1 } as const;

const every = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / 100) + 1 }, (_, index) => from + index * 100);
const always = every(50, 29_950);
const without = (from: number, to: number) => always.filter((moment) => moment < from || moment >= to);

const bounded = (ms: number) => ({ bound: 'at-most', ms, terms: [] }) as const;
const promised: Promised = {
  target: 'leader',
  write: bounded(900),
  read: bounded(500),
  loss: { lost: 'nothing', why: 'it is a test' },
};

/** Hit after 1 s and healed after 20, of 30 s of load with a request each 100 ms; a client asks every 50 ms. */
function check({ writes = always, reads = always, promise = promised as Promised | null, healedAt = 20_000 }) {
  const builder = new HistoryBuilder().appends(...writes).fault(1000, healedAt);
  for (const from of reads) builder.request('tail', row, { from, client: 1 });
  const history = builder.note(900, 'runner', 'promise', promise).build(30_000);
  return checkAvailability(history, requestsOf(history));
}

describe('availability', () => {
  it('holds where no outage is longer than promised, and says both figures', () => {
    expect(check({ writes: without(1000, 1800), reads: without(1000, 1200) })).toEqual({
      name: 'availability',
      valid: true,
      detail: 'writes out for 851ms, promised 900ms; reads out for 251ms, promised 500ms; a client asks every 50ms',
    });
  });

  it.each([
    ['writes', { writes: without(1000, 3000) }, 'writes out for 2.1s, promised 900ms; reads out for 100ms'],
    ['reads', { reads: without(1000, 3000) }, 'reads out for 2.1s, promised 500ms'],
  ])('is broken by an outage of %s that is longer, though all are served again under the fault', (_, seen, detail) => {
    expect(check(seen)).toMatchObject({ valid: false, detail: expect.stringContaining(detail) as string });
  });

  it('allows for the interval of a client before an outage and behind it', () => {
    expect(check({ writes: without(1000, 1900) }).valid).toBe(true);
    expect(check({ writes: without(1000, 2000) }).valid).toBe(false);
  });

  it('allows for what a client waited for without any fault', () => {
    const late = without(1000, 2000).filter((moment) => moment < 500 || moment >= 800);
    expect(check({ writes: late }).valid).toBe(true);
  });

  it('is broken where a client is served only once the fault is healed', () => {
    expect(check({ writes: without(1000, 21_000), promise: { ...promised, write: bounded(60_000) } })).toMatchObject({
      valid: false,
      detail: expect.stringContaining(
        'down until the fault was healed: ledger on distributed worker1+worker2',
      ) as string,
    });
  });

  it('where no bound is promised holds if all are served once the fault is healed, and says until when they wait', () => {
    const promise = { ...promised, write: { bound: 'until', until: 'it is back' } } as const;
    expect(check({ writes: without(1000, 21_000), promise })).toMatchObject({
      valid: true,
      detail: expect.stringContaining('writes out for 20.1s, promised unbounded until it is back') as string,
    });
    expect(check({ writes: without(1000, 30_000), promise }).valid).toBe(false);
    expect(check({ writes: without(1000, 21_000), reads: without(1000, 3000), promise }).valid).toBe(false);
  });

  it('is undecided where the promise is unknown, and where there is none', () => {
    const promise = { ...promised, read: { bound: 'unknown', why: 'it is a test' } } as const;
    expect(check({ promise })).toMatchObject({
      valid: 'unknown',
      detail: expect.stringContaining('reads out for 100ms, promised unknown') as string,
    });
    expect(check({ promise, writes: without(1000, 3000) }).valid).toBe(false);
    expect(check({ promise: null })).toMatchObject({
      valid: 'unknown',
      detail: 'nothing is promised for kill leader; writes out for 100ms, reads out for 100ms',
    });
  });

  it('is broken where a client is not served at the end, whatever was promised', () => {
    expect(check({ reads: without(25_000, 30_000), promise: null })).toMatchObject({
      valid: false,
      detail: 'still failing at the end: tail on distributed worker1+worker2',
    });
  });

  it('is undecided where the fault was not healed under load', () => {
    const history = new HistoryBuilder().appends(100).build();
    expect(checkAvailability(history, requestsOf(history)).valid).toBe('unknown');
  });
});
