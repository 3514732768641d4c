import type { FaultPromise } from '@citus-ha/cluster';
import { expect, it } from 'vitest';
import { lostLeaderLine, sourceLines } from './promise-lines.js';

const promise: FaultPromise = {
  faults: ['kill'],
  target: 'leader',
  write: {
    bound: 'at-most',
    ms: 21_000,
    terms: [
      { what: 'the lease ends', ms: 20_000, from: 'timings.ttl 20.0s' },
      { what: 'Patroni looks', ms: 1_000, from: 'timings.loopWait 1.0s' },
    ],
  },
  read: { bound: 'until', until: 'it is back' },
  loss: { lost: 'nothing', why: 'it was copied' },
};
const unknown = { bound: 'unknown', why: 'nobody measured it' } as const;

it('says where each figure comes from, term by term', () => {
  expect(sourceLines(promise)).toEqual([
    '  writes: at most 21.0s',
    '     20.0s  the lease ends (timings.ttl 20.0s)',
    '      1.0s  Patroni looks (timings.loopWait 1.0s)',
    '  reads: until it is back',
    '  loss: nothing (it was copied)',
  ]);
  expect(sourceLines({ ...promise, write: unknown })[0]).toBe('  writes: unknown, nobody measured it');
});

it.each([
  [promise, 'promise: a killed leader costs writes at most 21.0s, loses nothing'],
  [
    { ...promise, write: promise.read, loss: { lost: 'newest', why: '' } },
    'promise: a killed leader costs writes until it is back, may lose the newest writes',
  ],
  [
    { ...promise, write: unknown, loss: { lost: 'unknown', why: '' } },
    'promise: a killed leader costs writes for as long as nobody knows, may lose writes',
  ],
] as const)('says in one line what a lost leader costs', (one, line) => {
  expect(lostLeaderLine(one)).toBe(line);
});
