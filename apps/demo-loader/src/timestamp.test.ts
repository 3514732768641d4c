import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { timestamp } from './timestamp.js';

it('says what toISOString says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      expect(timestamp(seconds)).toBe(new Date(seconds * 1000).toISOString().replace('.000', ''));
    }),
  );
});
