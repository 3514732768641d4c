import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createEtcdClient } from '@citus-ha/dcs';
import { createPatroniClient } from './patroni-client.js';
import { waitForLeader } from './wait-for-leader.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that is neither Patroni nor etcd. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, '127.0.45.90');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.45.90:${typeof address === 'object' ? address?.port : 0}`;
}

const answering = (text: string, status = 200) =>
  listen((_request, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(text));
const silent = () => listen(() => undefined);

describe('a Patroni client', () => {
  it('names member and url when nothing listens', async () => {
    const client = createPatroniClient({ url: 'http://127.0.45.91:8008', member: 'coord-1' });
    await expect(client.status()).rejects.toMatchObject({
      code: 'PATRONI_UNREACHABLE',
      member: 'coord-1',
      message: 'GET http://127.0.45.91:8008/patroni of coord-1: connect ECONNREFUSED 127.0.45.91:8008',
      fix: expect.stringContaining('Start coord-1'),
    });
  });

  it('does not wait longer than its timeout for an answer', async () => {
    const client = createPatroniClient({ url: await silent(), member: 'coord-1' });
    await expect(client.cluster({ timeoutMs: 50 })).rejects.toMatchObject({
      code: 'PATRONI_NO_ANSWER',
      message: expect.stringContaining('/cluster of coord-1: no answer within 50 ms'),
    });
  });

  it('gives up with the reason of the caller who aborts', async () => {
    const reason = new Error('interrupted');
    const client = createPatroniClient({ url: await silent() });
    await expect(client.status({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each([
    ['<html>It works!</html>', "is not Patroni's: it is no JSON: <html>It works!</html>"],
    ['{"members":{}}', "is not Patroni's: scope is missing, not a text"],
  ])('refuses the answer %s of something else', async (text, message) => {
    const client = createPatroniClient({ url: await answering(text), member: 'coord-1' });
    await expect(client.cluster()).rejects.toMatchObject({
      code: 'PATRONI_BAD_ANSWER',
      member: 'coord-1',
      message: expect.stringContaining(message),
    });
  });

  it('calls a switchover unknown when its answer does not come, and unreachable when it was never sent', async () => {
    const plan = { leader: 'coord-1' };
    expect(await createPatroniClient({ url: await silent() }).switchover(plan, { timeoutMs: 50 })).toBe('unknown');
    const nobody = createPatroniClient({ url: 'http://127.0.45.91:8008' });
    await expect(nobody.switchover(plan)).rejects.toMatchObject({ code: 'PATRONI_UNREACHABLE' });
  });
});

it('a wait for a leader says of each member what it saw last', async () => {
  const clients = [
    createPatroniClient({ url: 'http://127.0.45.91:8008', member: 'coord-1' }),
    createPatroniClient({ url: await silent(), member: 'coord-2' }),
  ];
  await expect(waitForLeader({ clients, aboveTimeline: 3, timeoutMs: 1000 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    member: 'coord-1',
    message: expect.stringMatching(
      /coord-1 to lead on a timeline above 3; last seen: GET .*ECONNREFUSED.*; Waited 1000 ms for coord-2 .*last seen: nothing$/,
    ),
  });
});

it('an etcd client tells what each endpoint answered', async () => {
  const endpoints = [
    { url: 'http://127.0.45.91:8008', member: 'etcd-1' },
    { url: await answering('no such page', 404), member: 'etcd-2' },
  ];
  const etcd = createEtcdClient({ endpoints });
  await expect(etcd.get('/service/lab/leader')).rejects.toMatchObject({
    code: 'ETCD_REFUSED',
    member: 'etcd-1',
    message: expect.stringMatching(
      /No etcd endpoint answered: .* of etcd-1: .*ECONNREFUSED.*; .* of etcd-2 answered 404: no such page/,
    ),
  });
  expect(await etcd.health()).toMatchObject([
    { endpoint: endpoints[0], healthy: false, problem: expect.stringContaining('ECONNREFUSED') },
    { endpoint: endpoints[1], healthy: false, problem: 'no such page' },
  ]);
});
