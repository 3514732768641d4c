import { execa } from 'execa';
import { expect, it } from 'vitest';
import { bootId, livingProcess, observeProcess, parseStat, pidNamespace } from './process-table.js';

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
  const namespace = await pidNamespace('self');
  const name = { bootId: await bootId(), namespace, pid: process.pid, startTime: own?.startTime ?? '' };
  expect(await observeProcess(name)).toMatchObject({ verdict: 'alive', stat: { pid: process.pid } });
  expect(await observeProcess({ ...name, namespace: undefined })).toMatchObject({ verdict: 'alive' });
  expect(await observeProcess({ ...name, startTime: '1' })).toEqual({ verdict: 'dead' });
  expect(await observeProcess({ ...name, bootId: 'an earlier one' })).toEqual({ verdict: 'dead' });
  expect(await observeProcess({ ...name, pid: 2 ** 22 + 1 })).toEqual({ verdict: 'dead' });
});

it('sees every process of a machine that has more of them than this one may have files', async () => {
  const module = new URL('process-table.js', import.meta.url.replace('/src/', '/dist/')).href;
  const look = `import(${JSON.stringify(module)}).then(async ({ livingProcesses }) => {
    const sleeps = (await livingProcesses()).filter(({ parent }) => parent === process.ppid);
    console.log(sleeps.length - 1);
  });`;
  const script = `for n in $(seq 150); do sleep 20 & done; ulimit -n 64; "$0" --eval "$1"; kill $(jobs -p)`;
  const { stdout } = await execa('bash', ['-c', script, process.execPath, look]);
  expect(stdout).toBe('150');
});

it('says nothing of a process of another PID namespace', async () => {
  const name = { bootId: await bootId(), namespace: 'pid:[1]', pid: 2 ** 22 + 1, startTime: '1' };
  expect(await observeProcess(name)).toEqual({ verdict: 'unknown', why: expect.stringContaining('pid:[1]') });
});
