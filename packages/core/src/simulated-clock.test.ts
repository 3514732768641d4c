import { expect, it } from 'vitest';
import { currentClock } from './clock.js';
import { SimulatedClock } from './simulated-clock.js';
import { waitFor } from './wait-for.js';

it('lets an hour pass at once, in order', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const tick = async (name: string, ms: number) => {
    await currentClock().sleep(ms);
    seen.push(`${name} ${currentClock().now()}`);
  };
  await clock.run(() => Promise.all([tick('late', 3_600_000), tick('soon', 5), tick('then', 10)]));
  expect(seen).toEqual(['soon 5', 'then 10', 'late 3600000']);
});

it('ends a wait that is in vain by its own time', async () => {
  const clock = new SimulatedClock();
  let probes = 0;
  const wait = () => waitFor({ what: 'a leader', probe: () => ++probes > 1e6, timeoutMs: 60_000, intervalMs: 500 });
  await expect(clock.run(wait)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(clock.now()).toBe(60_000);
  expect(probes).toBe(120);
});

it('wakes whoever is called off', async () => {
  const clock = new SimulatedClock();
  const over = new AbortController();
  const sleep = async () => {
    void currentClock()
      .sleep(10)
      .then(() => over.abort(new Error('enough')));
    await currentClock().sleep(1_000, over.signal);
  };
  await expect(clock.run(sleep)).rejects.toThrow('enough');
  expect(clock.now()).toBe(10);
});

it('says that nothing can come any more', async () => {
  await expect(new SimulatedClock().run(() => new Promise(() => undefined))).rejects.toThrow('everyone waits');
});
