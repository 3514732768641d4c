import { expect, test } from 'vitest';
import { columns } from './columns.js';

test('each column is as wide as its widest cell, and no line ends with blanks', () => {
  const rows = [
    ['member', 'lag', 'state'],
    ['coord-1', null, 'running'],
    ['worker1', 16_777_216, null],
  ];
  expect(columns(rows)).toBe('member   lag       state\ncoord-1            running\nworker1  16777216');
});

test('colours take no room', () => {
  expect(
    columns([
      ['\u001B[1mvalid\u001B[22m', 'seen'],
      ['false', 1],
    ]),
  ).toBe('\u001B[1mvalid\u001B[22m  seen\nfalse  1');
});
