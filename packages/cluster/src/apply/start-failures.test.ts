import { expect, it } from 'vitest';
import { StartFailures } from './start-failures.js';

it('is sure of one that has failed again and again for 15 s', () => {
  const failures = new StartFailures();
  for (let now = 0; now < 15_000; now += 1_000) failures.note(now % 2_000 === 0 ? ['coord-1'] : [], now);
  expect(failures.goesOn('coord-1')).toBe(false);
  failures.note(['coord-1'], 16_000);
  expect(failures.goesOn('coord-1')).toBe(true);
  expect(failures.goesOn('coord-2')).toBe(false);
});

it('forgets one that has begun to recover', () => {
  const failures = new StartFailures();
  failures.note(['coord-1'], 0);
  failures.note([], 10_000);
  failures.note(['coord-1'], 20_000);
  expect(failures.goesOn('coord-1')).toBe(false);
});
