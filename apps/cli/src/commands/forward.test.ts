import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { socketTo, type Way } from '@citus-ha/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forwardTo } from './forward.js';

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citus-ha-forward-'));
});
afterEach(async () => {
  servers.splice(0).forEach((server) => server.close());
  await rm(folder, { recursive: true });
});

async function answerOf(way: Way): Promise<string> {
  const path = join(folder, '.s.PGSQL.5432');
  servers.push(await forwardTo(way, path));
  const client = connect({ path, allowHalfOpen: true });
  client.end('question');
  return text(client);
}

it('gets clients to the server, and its answer back after they have ended their half', async () => {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    let asked = '';
    client.on('data', (bytes) => (asked += bytes.toString())).on('end', () => client.end(`${asked}: answer`));
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  expect(await answerOf(socketTo('127.0.0.1', (server.address() as AddressInfo).port))).toBe('question: answer');
});

it('tells a client as a server would why it does not get there', async () => {
  const answer = await answerOf(() => Promise.reject(new Error('connect EHOSTUNREACH haproxy')));
  expect(answer).toMatch(/^E.{4}SFATAL\0VFATAL\0C08001\0Mconnect EHOSTUNREACH haproxy\0\0$/s);
});
