import { describe, expect, it } from 'vitest';
import { parseSpace, spaceFinding } from './examine-storage.js';

const df = (size: number, free: number) =>
  `Filesystem 1048576-blocks Used Available Capacity Mounted on\noverlay ${size} ${size - free} ${free} 0% /var/lib\n`;

describe('the free space of a member', () => {
  it.each([
    [100_000, 50_000, 'ok'],
    [100_000, 4_000, 'problem'],
    [1_000, 100, 'problem'],
  ])('of %i MB with %i free is %s', (size, free, level) => {
    expect(spaceFinding('coord-1 storage', parseSpace(df(size, free)))).toMatchObject({ level });
  });

  it('is said to be unknown where nobody tells', () => {
    expect(spaceFinding('coord-1 storage', parseSpace('')).detail).toContain('not known');
  });
});
