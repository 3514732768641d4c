import { expect, it } from 'vitest';
import { isDead } from './engine-lock.js';

const none = 2 ** 22 + 1;
const holder = { host: 'one', pid: none, startedAt: '5', bootId: 'first', namespace: 'pid:[7]' };

it('breaks the lock of a holder only by proof of its end', () => {
  expect(isDead(holder, holder, undefined)).toBe(true);
  expect(isDead(holder, holder, '6')).toBe(true);
  expect(isDead(holder, { ...holder, bootId: 'second', namespace: 'pid:[8]' }, '5')).toBe(true);
  expect(isDead({ host: 'one', pid: none, startedAt: '5' }, holder, undefined)).toBe(true);
});

it('leaves a holder that it sees, or cannot see, its lock', () => {
  expect(isDead(holder, holder, '5')).toBe(false);
  expect(isDead(holder, { ...holder, host: 'two' }, undefined)).toBe(false);
  expect(isDead(holder, { ...holder, namespace: 'pid:[8]' }, undefined)).toBe(false);
  expect(isDead({ ...holder, pid: process.pid }, holder, undefined)).toBe(false);
});
