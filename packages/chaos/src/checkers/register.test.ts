import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestsOf } from '../history/requests.js';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkRegister } from './register.js';

const key = 1;
type Times = { from: number; to?: number; type?: 'ok' | 'fail' | 'info'; client?: number };
const write = (value: number, times: Times) => (builder: HistoryBuilder) =>
  builder.request('write', { key, value }, times);
const read = (value: number | null, times: Times) => (builder: HistoryBuilder) =>
  builder.request('read', { key, value }, { ...times, asked: { key, value: null } });

const atTheEnd = (value: number | null) => (builder: HistoryBuilder) =>
  builder.note(900, 'runner', 'finalRegisters', [{ key, value }]);

function check(...steps: readonly ((builder: HistoryBuilder) => HistoryBuilder)[]) {
  const history = steps.reduce((builder, step) => step(builder), new HistoryBuilder()).build();
  return checkRegister(history, requestsOf(history));
}

describe('a register', () => {
  it('holds where reads see the last write', () => {
    expect(check(read(null, { from: 1 }), write(7, { from: 3 }), read(7, { from: 5 }), atTheEnd(7)).valid).toBe(true);
  });

  it('may show either value while a write is under way', () => {
    const first = write(1, { from: 1 });
    const slow = write(2, { from: 10, to: 30, client: 1 });
    expect(check(first, slow, read(1, { from: 12 }), read(2, { from: 20 }), atTheEnd(2)).valid).toBe(true);
  });

  it('is broken by a read of what had been overwritten', () => {
    const verdict = check(write(1, { from: 1 }), write(2, { from: 3 }), read(1, { from: 5 }));
    expect(verdict).toMatchObject({
      valid: false,
      detail: expect.stringContaining('2 had been written over it') as string,
    });
  });

  it('is broken by reads that go back', () => {
    const slow = write(2, { from: 5, to: 30, client: 1 });
    expect(check(write(1, { from: 1 }), slow, read(2, { from: 10 }), read(1, { from: 15 })).valid).toBe(false);
  });

  it('is broken by an empty read after a write', () => {
    expect(check(write(1, { from: 1 }), read(null, { from: 5 })).valid).toBe(false);
  });

  it('is broken by a value that nobody wrote, whose write had failed, or that was read too early', () => {
    expect(check(write(1, { from: 1 }), read(9, { from: 3 })).valid).toBe(false);
    expect(check(write(1, { from: 1, type: 'fail' }), read(1, { from: 3 })).valid).toBe(false);
    expect(check(read(1, { from: 1 }), write(1, { from: 5 })).valid).toBe(false);
  });

  it('may take a write of unknown outcome at any later time, or never', () => {
    const unknown = write(1, { from: 1, type: 'info' });
    const after = write(2, { from: 5, client: 1 });
    const seen = read(2, { from: 10, client: 1 });
    expect(check(unknown, after, seen, atTheEnd(2)).valid).toBe(true);
    expect(check(unknown, after, seen, read(1, { from: 15, client: 1 }), atTheEnd(1)).valid).toBe(true);
  });

  it('is broken by an acknowledged write that is not there at the end, though nobody read it', () => {
    expect(check(write(1, { from: 1 }), write(2, { from: 5 }), atTheEnd(2)).valid).toBe(true);
    expect(check(write(1, { from: 1 }), write(2, { from: 5 }), atTheEnd(1)).valid).toBe(false);
    expect(check(write(1, { from: 1 }), atTheEnd(null)).valid).toBe(false);
    expect(check(write(1, { from: 1, type: 'fail' }), atTheEnd(1)).valid).toBe(false);
  });

  it('is undecided where nobody read it, or nobody at the end', () => {
    expect(check(write(1, { from: 1 })).valid).toBe('unknown');
    expect(check(write(1, { from: 1 }), read(1, { from: 5 })).valid).toBe('unknown');
  });

  it('holds in every history of one register that takes effect within each request', () => {
    const step = fc.record({ isWrite: fc.boolean(), before: fc.nat(8), after: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const builder = new HistoryBuilder();
        let value: number | null = null;
        for (const [index, { isWrite, before, after }] of steps.entries()) {
          const moment = 20 + index * 3;
          const times = { from: moment - before, to: moment + after + 1 };
          // A process of its own each: requests overlap.
          const client = 2 * index;
          if (isWrite) builder.request('write', { key, value: (value = index) }, { ...times, client });
          else builder.request('read', { key, value }, { ...times, client, asked: { key, value: null } });
        }
        const history = atTheEnd(value)(builder).build();
        expect(checkRegister(history, requestsOf(history)).valid).toBe(true);
      }),
    );
  });
});
