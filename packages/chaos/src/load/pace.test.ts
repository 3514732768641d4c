import { expect, it } from 'vitest';
import { intervalFor, patienceMs } from './pace.js';

it('refuses a rate at which clients see too little, and names the lowest that works', () => {
  expect(intervalFor(14, 140)).toBe(100);
  expect(intervalFor(72, 72)).toBe(1000);
  expect(() => intervalFor(72, 71)).toThrow(
    expect.objectContaining({ code: 'RATE_TOO_LOW', fix: expect.stringContaining('72 or more') as string }),
  );
});

it('is patient for a request that is given up, the one after it, and the pause between them', () => {
  expect(patienceMs({ timeoutMs: 2000, intervalMs: 500 })).toBe(3000);
});
