import { expect, test } from 'vitest';
import { decisionIn } from './events.js';

test('a decision of the sentinel is told in words, with all that it logged as evidence', () => {
  const decision = { type: 'died', member: 'coord-1', incarnation: 'abc' };
  expect(decisionIn(JSON.stringify({ at: '2026-11-28T00:04:48.281Z', ...decision }))).toEqual({
    at: new Date('2026-11-28T00:04:48.281Z'),
    source: 'sentinel',
    member: 'coord-1',
    text: 'coord-1 died (abc)',
    evidence: decision,
  });
});

test.each(['', 'error something', '{"version":1,"error":{}}', '{"at":'])('%j is no decision', (line) => {
  expect(decisionIn(line)).toBeUndefined();
});
