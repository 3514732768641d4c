import { expect, it } from 'vitest';
import { createProgress } from './progress.js';

function record(isTTY: boolean, total?: number) {
  const written: string[] = [];
  let time = 0;
  const to = { isTTY, write: (text: string) => written.push(text) };
  const progress = createProgress({ to, unit: 'rows', total, now: () => time });
  const addAt = (ms: number, amount: number) => {
    time = ms;
    progress.add(amount);
  };
  return { written, progress, addAt };
}

it('off a terminal it writes a line every few seconds, with rate and time left, and nothing for a short task', () => {
  const { written, progress, addAt } = record(false, 100_000);
  addAt(1000, 10_000);
  addAt(4000, 30_000);
  addAt(5000, 10_000);
  progress.end();
  expect(written).toEqual(['40,000 of 100,000 rows (40 %), 10,000 rows/s, 6.0s left\n']);
});

it('on a terminal it writes over its own line and clears it at the end', () => {
  const { written, progress, addAt } = record(true);
  addAt(500, 1000);
  progress.end();
  expect(written).toEqual(['\r\u001b[K1,000 rows, 2,000 rows/s', '\r\u001b[K']);
});
