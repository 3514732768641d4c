import { expect, it } from 'vitest';
import { bootId, livingProcess, namedProcess, parseStat } from './process-table.js';

it('reads a process whose command holds spaces and parentheses', () => {
  const fields = ['S', '1', ...Array.from({ length: 17 }, () => '0'), '4711', '0'];
  expect(parseStat(`42 (a) b (c) ${fields.join(' ')}\n`)).toEqual({
    pid: 42,
    command: 'a) b (c',
    state: 'S',
    parent: 1,
    startTime: '4711',
  });
});

it('takes what is no process for none', () => {
  expect(parseStat('')).toBeUndefined();
});

it('knows a process by pid and start time, and only since the last boot', async () => {
  const own = await livingProcess(process.pid);
  const name = { bootId: await bootId(), pid: process.pid, startTime: own?.startTime ?? '' };
  expect((await namedProcess(name))?.pid).toBe(process.pid);
  expect(await namedProcess({ ...name, startTime: '1' })).toBeUndefined();
  expect(await namedProcess({ ...name, bootId: 'an earlier one' })).toBeUndefined();
});
