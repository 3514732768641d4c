import { expect, it } from 'vitest';
import { memberEvents } from './member-events.js';

it('tells whoever listens when members cannot be looked at any more', async () => {
  const answers = [Promise.resolve([]), Promise.resolve([])];
  const members = () => answers.shift() ?? Promise.reject(new Error('unreadable'));
  const events = memberEvents({ members, signal: AbortSignal.timeout(10_000), intervalMs: 1 });
  await expect(events[Symbol.asyncIterator]().next()).rejects.toThrow('unreadable');
});
