import { expect, it } from 'vitest';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkLeaders } from './leaders.js';

type Beat = readonly [member: string, timeline: number, since: number, at: number];

function check(...beats: readonly Beat[]) {
  const builder = new HistoryBuilder();
  for (const [member, timeline, since, at] of beats) {
    builder.note(at, 'observer', 'beat', { member, timeline, since: since * 1e6 });
  }
  return checkLeaders(builder.build());
}

it('hold where one follows the other', () => {
  expect(check(['coord-1', 1, 1, 2], ['coord-1', 1, 5, 6], ['coord-2', 2, 10, 11])).toMatchObject({
    valid: true,
    detail: 'coord-1 on timeline 1, then coord-2 on timeline 2',
  });
});

it('are broken by an old leader that takes a write after the new one has', () => {
  expect(check(['coord-1', 1, 1, 2], ['coord-2', 2, 10, 11], ['coord-1', 1, 15, 16]).valid).toBe(false);
});

it('are broken by two leaders on one timeline', () => {
  expect(check(['coord-1', 1, 1, 2], ['coord-2', 1, 5, 6]).valid).toBe(false);
});

it('hold where the old leader answers late to what it was sent before', () => {
  expect(check(['coord-1', 1, 1, 2], ['coord-2', 2, 10, 11], ['coord-1', 1, 9, 16]).valid).toBe(true);
});

it('are undecided where nobody was seen to be writable', () => {
  expect(check().valid).toBe('unknown');
});
