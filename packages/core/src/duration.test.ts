import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDurationMs } from './duration.js';

describe('parseDurationMs', () => {
  it.each([
    ['200ms', 200],
    ['1s', 1000],
    [' 1.5s ', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('reads %j as %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '10', 's', '-1s', '1 s', '1d', '1e3s', '1s 5ms'])('does not take %j for a duration', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [850, '850ms'],
    [999.6, '1.0s'],
    [2400, '2.4s'],
    [59_960, '1m 00s'],
    [185_000, '3m 05s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('never writes a unit that should have carried over', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/^1000ms|^60\.0s|m 60s/);
      }),
    );
  });
});
