import { expect, it } from 'vitest';
import { parseSizeBytes } from './size.js';

it.each([
  ['16MB', 16_777_216],
  ['1GB', 1_073_741_824],
  ['8kB', 8_192],
])('reads %j as %d bytes', (text, bytes) => {
  expect(parseSizeBytes(text)).toBe(bytes);
});

it.each(['', '16', '16 MB', '1TB', '-1MB'])('does not take %j for a size', (text) => {
  expect(parseSizeBytes(text)).toBeUndefined();
});
