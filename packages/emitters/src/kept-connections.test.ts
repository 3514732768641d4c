import { expect, test } from 'vitest';
import { keptConnections } from './kept-connections.js';

test('of the fewest connections a fifth is kept, of many no more than are needed', () => {
  expect([25, 50, 100, 300].map(keptConnections)).toEqual([5, 10, 20, 20]);
});
