import { readFileSync } from 'node:fs';
import type { Member } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import { frequentLooks } from './frequent-looks.js';
import { parseStat } from './process-table.js';

const { startTime } = parseStat(readFileSync('/proc/self/stat', 'utf8')) ?? {};

function member(id: string, state: Member['state'] = 'running'): Member {
  const incarnation = { id, pid: process.pid };
  return { name: 'coord-1', kind: 'coordinator', address: '', ports: {}, state, intent: 'running', incarnation };
}

async function looksAt(seen: Member, times: number): Promise<number> {
  let looks = 0;
  const ask = frequentLooks(async () => {
    looks += 1;
    return [seen];
  });
  for (let asked = 0; asked < times; asked++) await ask();
  return looks;
}

it('looks once as long as an init is as it was, and now and then', async () => {
  expect(await looksAt(member(`boot:ns:1:${startTime}`), 19)).toBe(1);
  expect(await looksAt(member(`boot:ns:1:${startTime}`), 41)).toBe(3);
  expect(await looksAt(member('boot:ns:1:1', 'exited'), 19)).toBe(1);
  expect(await looksAt(member('boot:ns:1:1', 'unknown'), 19)).toBe(1);
});

it('looks again at once where an init is another one, frozen or thawed', async () => {
  expect(await looksAt(member('boot:ns:1:1'), 5)).toBe(5);
  expect(await looksAt(member(`boot:ns:1:${startTime}`, 'paused'), 5)).toBe(5);
});
