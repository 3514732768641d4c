import { expect, it } from 'vitest';
import { waitFor } from '@citus-ha/core';
import { atFixedRate } from './open-loop.js';

it('makes up for requests that were held up, and keeps the moments at which they were due', async () => {
  const stopping = new AbortController();
  const due: number[] = [];
  await atFixedRate({ intervalMs: 10, offsetMs: 0, signal: stopping.signal }, async (dueAt) => {
    due.push(dueAt);
    if (due.length === 1) {
      const until = performance.now() + 60;
      await waitFor({ what: '60 ms', probe: () => performance.now() > until, timeoutMs: 1000, intervalMs: 1 });
    }
    if (due.length === 5) stopping.abort();
  });
  expect(due.map((moment) => Math.round(moment - (due[0] ?? 0)))).toEqual([0, 10, 20, 30, 40]);
});

it('sends nothing after the signal', async () => {
  let sent = 0;
  await atFixedRate({ intervalMs: 1, offsetMs: 0, signal: AbortSignal.abort() }, async () => void (sent += 1));
  expect(sent).toBe(0);
});
