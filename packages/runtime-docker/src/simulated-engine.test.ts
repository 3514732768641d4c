import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, waitFor } from '@citus-ha/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDockerRuntime } from './docker-runtime.js';
import { labels } from './names.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

function startOf(member: string): string {
  return eventOf('start', 1, member);
}

/** @param second After 2026-11-26T20:00:00Z. */
function eventOf(Action: string, second: number, member = 'coord-1'): string {
  const timeNano = (Date.parse('2026-11-26T20:00:00Z') + second * 1_000) * 1e6;
  const Actor = { ID: 'c1', Attributes: { 'com.docker.compose.service': member } };
  return `${JSON.stringify({ Action, timeNano, Actor })}\n`;
}

const json =
  (body: unknown, status = 200): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** The container that is a lock. */
const locks: readonly (readonly [RegExp, Answer])[] = [
  [/images/, json({})],
  [/POST .*create.*-lock-/, json({ Id: 'lock' }, 201)],
  [/DELETE .*containers\/lock/, json({}, 204)],
];

/** What a real engine does only at the wrong moment. */
describe('with an engine that', () => {
  const asked: string[] = [];
  const close: (() => void)[] = [];

  beforeEach(() => vi.stubEnv('DOCKER_CONFIG', '/nonexistent'));
  afterEach(() => {
    for (const act of close.splice(0)) act();
    asked.length = 0;
    vi.unstubAllEnvs();
  });

  /** Answers by the first pattern of method and path that fits, else 404. */
  async function runtimeOf(answers: readonly (readonly [RegExp, Answer])[]) {
    const server = createServer((request, response) => {
      const what = `${request.method} ${request.url}`;
      asked.push(what);
      const answer = answers.find(([pattern]) => pattern.test(what))?.[1];
      if (answer) return answer(request, response);
      response.writeHead(/_ping/.test(what) ? 200 : 404).end('{}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    close.push(() => {
      server.closeAllConnections();
      server.close();
    });
    vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return createDockerRuntime({ cluster: 'test' });
  }
  it('closes the stream of events, whoever listens is told', async () => {
    const runtime = await runtimeOf([[/events/, (_, response) => void response.end(startOf('coord-1'))]]);
    const seen: string[] = [];
    const listening = (async () => {
      for await (const { type, member } of runtime.events({ signal: AbortSignal.timeout(20_000) }))
        seen.push(`${member} ${type}`);
    })();
    await expect(listening).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    expect(seen).toEqual(['coord-1 started']);
  });

  it('is removing a container whose log is followed: the log of the next one is followed', async () => {
    let looks = 0;
    const life: Answer = (request, response) => {
      looks += 1;
      const State = { StartedAt: `2026-11-26T20:00:0${looks > 3 ? 1 : 0}Z` };
      json({ Config: { Labels: { [labels.definition]: '{}' } }, State })(request, response);
    };
    const runtime = await runtimeOf([
      [/containers\/[^/]+\/json/, life],
      [
        /\/logs.*since/,
        (_, response) => void response.end(Buffer.from([1, 0, 0, 0, 0, 0, 0, 6, ...Buffer.from('again\n')])),
      ],
      [/\/logs/, json({ message: 'can not get logs from container which is dead or marked for removal' }, 409)],
    ]);
    const seen = runtime.logs('coord-1', { follow: true, signal: AbortSignal.timeout(20_000) });
    for await (const line of seen) {
      expect(line).toBe('again');
      break;
    }
    expect(asked.filter((what) => /\/logs/.test(what))).toHaveLength(2);
  });

  it('cuts its events within a character, each is whole', async () => {
    const bytes = Buffer.from(startOf('coord-1') + startOf('café'));
    const cut = bytes.indexOf('é') + 1;
    let finish: (() => void) | undefined;
    const send: Answer = (_, response) => {
      response.write(bytes.subarray(0, cut));
      finish = () => void response.end(bytes.subarray(cut));
    };
    const runtime = await runtimeOf([[/events/, send]]);
    const events = runtime.events({ signal: AbortSignal.timeout(20_000) })[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ member: 'coord-1' });
    finish?.();
    expect((await events.next()).value).toMatchObject({ member: 'café' });
  });

  it('has begun the next life of a member when it is asked about an event, the event is of none that is not its own', async () => {
    const lives = ['2026-11-26T20:00:00.5Z', '2026-11-26T20:00:02.5Z', '2026-11-26T20:00:09Z'];
    const look: Answer = (request, response) => {
      const StartedAt = lives.length > 1 ? lives.shift() : lives[0];
      json({ Id: 'c1', State: { StartedAt } })(request, response);
    };
    const told = [eventOf('die', 1), eventOf('start', 3), eventOf('die', 4)];
    const later = [eventOf('start', 5), eventOf('die', 6), eventOf('start', 10)];
    const runtime = await runtimeOf([
      [/containers\/json/, json([{ Id: 'c1' }])],
      [/containers\/c1\/json/, look],
      [/events/, (_, response) => void response.end([...told, ...later].join(''))],
    ]);
    const seen: string[] = [];
    const listening = (async () => {
      for await (const { type, incarnation } of runtime.events({ signal: AbortSignal.timeout(20_000) }))
        seen.push(`${type} ${incarnation?.slice(-4)}`);
    })();
    await expect(listening).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    expect(seen).toEqual([
      'exited 0.5Z',
      'started 2.5Z',
      'exited 2.5Z',
      'started undefined',
      'exited undefined',
      'started :09Z',
    ]);
  });

  it('breaks the stream of events off, whoever listens is told', async () => {
    const runtime = await runtimeOf([
      [
        /events/,
        (request, response) => {
          response.flushHeaders();
          setImmediate(() => request.socket.destroy());
        },
      ],
    ]);
    const events = runtime.events({ signal: AbortSignal.timeout(20_000) })[Symbol.asyncIterator]();
    expect(await events.next().catch(codeOf)).toBe('EVENTS_LOST');
  });

  it("has a volume of the name of one that is not this cluster's, it is not removed with a member", async () => {
    const runtime = await runtimeOf([...locks, [/GET .*volumes/, json({ Name: 'test_coord-1-data', Labels: null })]]);
    await expect(runtime.remove('coord-1', { data: true })).rejects.toMatchObject({ code: 'VOLUME_TAKEN' });
    expect(asked.filter((what) => /^DELETE (?!.*containers\/lock)/.test(what))).toEqual([]);
  });

  it('makes a lock when nobody waits for it any more, the lock is released', async () => {
    const giveUp = new AbortController();
    const create: Answer = (request, response) => {
      giveUp.abort(new Error('given up'));
      json({ Id: 'lock' }, 201)(request, response);
    };
    const runtime = await runtimeOf([
      [/images/, json({})],
      [/POST .*create/, create],
      [/DELETE .*lock/, json({}, 204)],
    ]);
    const waiting = runtime.withLock('coord-1', () => Promise.resolve(), { signal: giveUp.signal });
    await expect(waiting).rejects.toThrow('given up');
    await waitFor({
      what: 'the lock to be released',
      timeoutMs: 5_000,
      lastSeen: () => asked.join(),
      probe: () => asked.some((what) => what.startsWith('DELETE')),
    });
  });
});
