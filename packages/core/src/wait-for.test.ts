import { once } from 'node:events';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { CodedError } from './coded-error.js';
import { FatalProbeError, waitFor } from './wait-for.js';

const soon = { timeoutMs: 60, intervalMs: 5 };

it('answers what the probe answers, at once where it can', async () => {
  expect(await waitFor({ what: 'a zero', probe: () => 0, timeoutMs: 0 })).toBe(0);
});

it('probes until there is an answer, taking a throw for not yet', async () => {
  const answers = [undefined, false, new Error('connection refused'), 'here'] as const;
  let probes = 0;
  const probe = () => {
    const answer = answers[probes++];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  expect(await waitFor({ what: 'the server', probe, timeoutMs: 5000, intervalMs: 1 })).toBe('here');
  expect(probes).toBe(4);
});

it('names what was awaited, on which member, and what it threw last when the time is up', async () => {
  const cause = new Error('connection refused');
  const wait = waitFor({
    what: 'coord-1 to answer',
    probe: () => Promise.reject(cause),
    member: 'coord-1',
    fix: 'Start coord-1.',
    ...soon,
  });
  await expect(wait).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'Waited 60 ms for coord-1 to answer; last seen: connection refused',
    member: 'coord-1',
    fix: 'Start coord-1.',
    cause,
  });
});

it('prefers the words of lastSeen, and says nothing was seen where nothing was', async () => {
  const wait = { what: 'a leader', probe: () => undefined, ...soon };
  await expect(waitFor({ ...wait, lastSeen: () => '2 replicas' })).rejects.toThrow('last seen: 2 replicas');
  await expect(waitFor(wait)).rejects.toThrow('last seen: nothing');
});

it('keeps the reason of earlier probes when the last one is cut off by the deadline', async () => {
  let probes = 0;
  const probe = async (signal: AbortSignal) => {
    if (probes++ === 0) throw new Error('still starting');
    await once(new EventTarget(), 'never', { signal });
    return true;
  };
  await expect(waitFor({ what: 'it', probe, ...soon })).rejects.toThrow('last seen: still starting');
});

it('does not wait for a probe that ignores its signal', async () => {
  const wait = waitFor({ what: 'an answer', probe: () => new Promise<true>(() => undefined), ...soon });
  await expect(wait).rejects.toMatchObject({ code: 'TIMEOUT' });
});

it('ends at once with the cause of a fatal probe error', async () => {
  const cause = new CodedError('AUTH_FAILED', 'password authentication failed');
  const probe = () => {
    throw new FatalProbeError(cause);
  };
  await expect(waitFor({ what: 'a login', probe, timeoutMs: 60_000 })).rejects.toBe(cause);
});

it('ends with the reason of the caller who aborts it, also while a probe runs', async () => {
  const reason = new Error('interrupted');
  const abort = new AbortController();
  const probe = () => {
    abort.abort(reason);
    return new Promise<true>(() => undefined);
  };
  const wait = { what: 'it', timeoutMs: 60_000, signal: abort.signal };
  await expect(waitFor({ ...wait, probe })).rejects.toBe(reason);
  await expect(waitFor({ ...wait, probe: () => true })).rejects.toBe(reason);
});

it('keeps nothing of probes that are over', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const used: number[] = [];
  let probes = 0;
  const probe = () => {
    probes += 1;
    if (probes % 1500 !== 0) return false;
    collectGarbage();
    used.push(getHeapStatistics().used_heap_size);
    return used.length === 2;
  };
  await waitFor({ what: 'it', probe, timeoutMs: 60_000, intervalMs: 0 });
  const [early = 0, late = 0] = used;
  expect((late - early) / 1500).toBeLessThan(100);
});
