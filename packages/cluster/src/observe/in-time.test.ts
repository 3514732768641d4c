import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTime } from './in-time.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gives up a question that is never answered, and no earlier than it must', async () => {
  let outcome: unknown = 'open';
  void inTime(new Promise(() => undefined), 1_500).catch((error: unknown) => (outcome = error));
  await vi.advanceTimersByTimeAsync(1_499);
  expect(outcome).toBe('open');
  await vi.advanceTimersByTimeAsync(1);
  expect(outcome).toMatchObject({ code: 'NO_ANSWER_IN_TIME' });
});

it('answers what was answered, and keeps nothing running', async () => {
  expect(await inTime(Promise.resolve(7), 1_500)).toBe(7);
  await expect(inTime(Promise.reject(new Error('refused')), 1_500)).rejects.toThrow('refused');
  expect(vi.getTimerCount()).toBe(0);
});
