import { expect, it } from 'vitest';
import { numberAboveZero, wholeNumber } from './options.js';

it.each(['0', '0.5', '2.5', '1e3', '-1', '', 'x', '99999999999999999999'])('%s is no count', (text) => {
  expect(() => wholeNumber('--trials')(text)).toThrow(
    expect.objectContaining({
      code: 'OPTION_INVALID',
      blame: 'user',
      message: expect.stringContaining(text) as string,
    }),
  );
});

it('a whole number is what was written, 0 where it is allowed', () => {
  expect(wholeNumber('--trials')('12')).toBe(12);
  expect(wholeNumber('--tail', 0)('0')).toBe(0);
});

it('a number may have a part, and is above 0', () => {
  expect(numberAboveZero('--minutes')('0.5')).toBe(0.5);
  for (const text of ['0', '-1', 'NaN', 'Infinity']) {
    expect(() => numberAboveZero('--minutes')(text)).toThrow('a number above 0');
  }
});
