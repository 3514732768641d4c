import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { writingTo } from './writing-to.js';

it('names the place that cannot be written, and blames the user', async () => {
  const path = '/nonexistent/file';
  await expect(writingTo(path, () => writeFile(path, ''))).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    blame: 'user',
    message: expect.stringContaining(`${path} cannot be written: ENOENT`) as string,
    fix: expect.any(String) as string,
  });
});

it('answers what was written', async () => {
  expect(await writingTo('here', () => Promise.resolve(42))).toBe(42);
});
