import { expect, it } from 'vitest';
import { MemoryServers } from './memory-servers.js';
import { withConnection, type ServerAddress } from './server-connection.js';
import { SharedSessions } from './shared-sessions.js';

const servers = new MemoryServers({ engine: 'standin', roleOf: () => 'primary', groupOf: () => 0 });

/** A server that counts its sessions. */
function counting(database = 'postgres'): { readonly server: ServerAddress; readonly opened: () => number } {
  const server = servers.address('coord-1', database);
  let opened = 0;
  const open: ServerAddress['open'] = async (asked, options) => {
    opened += 1;
    const { open: openServer } = server;
    if (openServer === undefined) throw new Error('no server');
    return openServer(asked, options);
  };
  return { server: { ...server, open }, opened: () => opened };
}

const ask = (server: ServerAddress) =>
  withConnection(server, async (client) => (await client.query('SELECT pg_is_in_recovery() AS standby')).rows);

it('connects once for all who ask at the same time, and one after the other', async () => {
  const sessions = new SharedSessions();
  const { server, opened } = counting();
  const asked = [1, 2, 3].map(() => ask(sessions.share(server)));
  expect(await Promise.all(asked)).toEqual([1, 2, 3].map(() => [{ standby: false }]));
  await ask(sessions.share(server));
  expect(opened()).toBe(1);
  await sessions.end();
});

it('tells everyone why nobody can connect', async () => {
  const sessions = new SharedSessions();
  const { server, opened } = counting('missing');
  for (const question of [ask(sessions.share(server)), ask(sessions.share(server))]) {
    await expect(question).rejects.toMatchObject({ code: 'DATABASE_MISSING' });
  }
  expect(opened()).toBe(1);
  await sessions.end();
});
