import { checkHistory, type Promised, type SeriesResult } from '@citus-ha/chaos';
import { expect, it } from 'vitest';
import { figureRows } from './figures.js';

const promised: Promised = {
  target: 'leader',
  write: { bound: 'at-most', ms: 800, terms: [] },
  read: { bound: 'until', until: 'it is back' },
  loss: { lost: 'nothing', why: 'it is a test' },
};
const trial = (number: number, promise?: Promised): SeriesResult => ({
  fault: 'kill',
  target: 'leader',
  trial: number,
  file: '',
  result: { ...checkHistory([]), writeOutageMs: 700, ...(promise && { promised: promise }) },
});

it('shows what was promised beside what was measured', () => {
  expect(figureRows([trial(1, promised), trial(2, promised)])).toMatchObject([
    { writeOutage: ['700ms', '700ms', '700ms'], promised: { write: '800ms', read: 'unbounded' } },
  ]);
});

it('shows each promise where trials differ, and that nothing was promised', () => {
  expect(figureRows([trial(1, promised), trial(2)])).toMatchObject([
    { promised: { write: '800ms, nothing', read: 'unbounded, nothing' } },
  ]);
});
