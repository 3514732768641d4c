import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPatroniClient, type PatroniClient } from '@citus-ha/patroni';
import { afterEach, describe, expect, it } from 'vitest';
import { firstAnswer } from './first-answer.js';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A Patroni that answers by these statuses, one after the other, and stays with the last. */
async function answering(
  ...statuses: readonly number[]
): Promise<{ client: PatroniClient; asked: () => readonly string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const status = statuses[Math.min(asked.length, statuses.length - 1)] ?? 200;
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end(status === 200 ? '{"ttl":20}' : 'not now');
  }).listen(0, '127.0.45.93');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { client: createPatroniClient({ url: `http://127.0.45.93:${port}`, member: 'coord-1' }), asked: () => asked };
}

describe('the configuration of a Patroni', () => {
  it('is read and changed in spite of answers that it is not ready', async () => {
    const { client } = await answering(502, 503, 200);
    expect(await firstAnswer([client], (one) => one.config(), { timeoutMs: 5_000 })).toEqual({ ttl: 20 });
    const changed = await answering(503, 200);
    await firstAnswer([changed.client], (one) => one.patchConfig({ ttl: 20 }), { timeoutMs: 5_000 });
    expect(changed.asked()).toEqual(['PATCH /config', 'PATCH /config']);
  });

  it('is asked of the next member where one does not answer', async () => {
    const gone = createPatroniClient({ url: 'http://127.0.45.94:8008', member: 'coord-2' });
    const { client } = await answering(200);
    expect(await firstAnswer([gone, client], (one) => one.config(), { timeoutMs: 5_000 })).toEqual({ ttl: 20 });
  });

  it('is not asked for again after a refusal', async () => {
    const { client, asked } = await answering(409, 200);
    const refused = firstAnswer([client], (one) => one.patchConfig({ ttl: 20 }), { timeoutMs: 5_000 });
    await expect(refused).rejects.toMatchObject({ code: 'PATRONI_REFUSED', member: 'coord-1' });
    expect(asked()).toHaveLength(1);
  });

  it('fails with what was answered last once the time is over', async () => {
    const { client } = await answering(503);
    const failed = firstAnswer([client], (one) => one.config(), { timeoutMs: 300 });
    await expect(failed).rejects.toMatchObject({ code: 'PATRONI_NOT_READY', member: 'coord-1' });
  });
});
