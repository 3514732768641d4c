import { expect, it } from 'vitest';
import { difference, memberEvents } from './member-events.js';
import type { Member } from './runtime.js';

it('tells whoever listens when members cannot be looked at any more', async () => {
  const answers = [Promise.resolve([]), Promise.resolve([])];
  const members = () => answers.shift() ?? Promise.reject(new Error('unreadable'));
  const events = memberEvents({ members, signal: AbortSignal.timeout(10_000), intervalMs: 1 });
  await expect(events[Symbol.asyncIterator]().next()).rejects.toThrow('unreadable');
});

it('says of no member that cannot be seen that it has ended, nor that it began when it is seen again', async () => {
  const running = life('running', 'first');
  const answers = [running, life('unknown'), running, life('exited', 'first')].map((one) => Promise.resolve([one]));
  const members = () => answers.shift() ?? Promise.reject(new Error('no more'));
  const events = memberEvents({ members, signal: AbortSignal.timeout(10_000), intervalMs: 1 });
  expect((await events[Symbol.asyncIterator]().next()).value).toMatchObject({ type: 'exited', incarnation: 'first' });
});

it('tells the end of one life and the beginning of the next between two looks', () => {
  const told = difference([life('running', 'first')], [life('paused', 'second')]);
  expect(told.map(({ type, incarnation }) => [type, incarnation])).toEqual([
    ['exited', 'first'],
    ['started', 'second'],
    ['paused', 'second'],
  ]);
});

function life(state: Member['state'], id?: string): Member {
  const shared = { name: 'alpha', kind: 'worker', address: '', ports: {}, intent: 'running', state } as const;
  return { ...shared, ...(id !== undefined && { incarnation: { id } }) };
}
