import { defaultClusterSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { createMemoryRuntime, type Runtime } from '@citus-ha/runtime';
import { beforeEach, expect, it } from 'vitest';
import { whileRunning } from './while-running.js';

let runtime: Runtime;

beforeEach(async () => {
  runtime = createMemoryRuntime({ cluster: 'test' });
  await runtime.prepare({ spec: defaultClusterSpec(), install: false });
  for (const name of ['coord-1', 'worker1']) {
    await runtime.create({ name, kind: 'coordinator', command: ['true'], env: {}, files: [], ports: {} });
    await runtime.start(name);
  }
});

const forever = (signal: AbortSignal) =>
  waitFor({ what: 'what never comes', probe: () => false, timeoutMs: 60_000, intervalMs: 10, signal });

it('ends a wait as soon as a member it needs has ended, naming it, and aborts the waits beside it', async () => {
  let sibling: Promise<unknown> | undefined;
  const wait = whileRunning({ runtime }, ['coord-1', 'worker1'], async (signal) => {
    sibling = forever(signal);
    sibling.catch(() => undefined);
    await runtime.kill('worker1');
    return forever(signal);
  });
  await expect(wait).rejects.toMatchObject({ code: 'MEMBER_ENDED', member: 'worker1' });
  await expect(sibling).rejects.toMatchObject({ code: 'SUPERSEDED' });
});

it('names a member that has ended also where the task fails of that before anyone has looked', async () => {
  const cause = new Error('connection refused');
  const wait = whileRunning({ runtime }, ['coord-1', 'worker1'], async () => {
    await runtime.kill('worker1');
    throw cause;
  });
  await expect(wait).rejects.toMatchObject({ code: 'MEMBER_ENDED', member: 'worker1', cause });
});

it('answers what the task answers, whatever becomes of other members', async () => {
  const wait = whileRunning({ runtime }, ['coord-1'], async () => {
    await runtime.kill('worker1');
    return 'done';
  });
  expect(await wait).toBe('done');
});

it('ends with the reason of the caller', async () => {
  const caller = new AbortController();
  const wait = whileRunning({ runtime, signal: caller.signal }, ['coord-1'], forever);
  caller.abort(new Error('interrupted'));
  await expect(wait).rejects.toThrow('interrupted');
});
