import { expect, test } from 'vitest';
import { keptConnections } from './kept-connections.js';

test('of the fewest connections two fifths are kept, of many no more than are needed', () => {
  expect([25, 50, 100, 300].map(keptConnections)).toEqual([10, 20, 20, 20]);
});
