import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dcs } from './dcs.js';
import { createEtcdClient } from './etcd-client.js';
import type { EtcdEndpoint } from './etcd-connection.js';
import { readLeader } from './leader-key.js';
import { findRealPrograms } from './testing/real-programs.js';
import { RealServers } from './testing/real-servers.js';

const programs = findRealPrograms();
const skipped = programs.etcdMissing === undefined ? '' : ` (skipped: ${programs.etcdMissing})`;

const dropped = () => Promise.resolve();
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe.skipIf(skipped !== '')(`with a real etcd${skipped}`, () => {
  let servers: RealServers;
  let etcd: Dcs;
  const scopePath = '/service/lab/0/';

  beforeAll(async () => {
    servers = new RealServers(programs);
    etcd = await servers.startEtcd();
  });
  afterAll(() => servers.stop());

  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${etcd.endpoints[0]?.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };
  const put = (key: string, value: string, lease: unknown = '0') =>
    call('/v3/kv/put', { key: base64(key), value: base64(value), lease });
  const applied = (body: string) => fetch(`${etcd.endpoints[0]?.url}/v3/kv/txn`, { method: 'POST', body });
  const grantLease = async () => (await call('/v3/lease/grant', { TTL: '60' }))['ID'];

  it('reads who holds the leader lock, with the lease it hangs on', async () => {
    expect(await readLeader(etcd, scopePath)).toBeUndefined();
    const lease = await grantLease();
    await put('/service/lab/0/leader', 'coord-1', lease);
    expect(await readLeader(etcd, scopePath)).toMatchObject({ name: 'coord-1', lease });
  });

  it.each([
    ['taken by another member', async () => put('/service/lab/0/leader', 'coord-2')],
    ['written again with the same name', async () => put('/service/lab/0/leader', 'coord-1')],
    ['written again on another lease', async () => put('/service/lab/0/leader', 'coord-1', await grantLease())],
  ])('leaves a leader key alone that was %s since it was read', async (_what, change) => {
    await put('/service/lab/0/leader', 'coord-1');
    const read = await etcd.get('/service/lab/0/leader');
    await change();
    expect(read && (await etcd.deleteIfUnchanged(read, [read.key]))).toBe('refused');
    expect(await readLeader(etcd, scopePath)).toBeDefined();
  });

  it('compares value, revision and lease each by itself', async () => {
    await put('/service/lab/0/leader', 'coord-1', await grantLease());
    const read = await etcd.get('/service/lab/0/leader');
    if (!read) throw new Error('the key was just written');
    for (const stale of [{ value: 'coord-2' }, { modRevision: '1' }, { lease: '0' }]) {
      expect(await etcd.deleteIfUnchanged({ ...read, ...stale }, [read.key])).toBe('refused');
    }
    expect(await etcd.deleteIfUnchanged(read, [read.key])).toBe('done');
  });

  it('deletes all named keys in one transaction, and no other', async () => {
    await put('/service/lab/0/leader', 'coord-1');
    await put('/service/lab/0/members/coord-1', '{}');
    await put('/service/lab/0/members/coord-2', '{}');
    await put('/service/lab/1/leader', 'worker1');
    const leader = await readLeader(etcd, scopePath);
    expect(leader && (await etcd.deleteIfUnchanged(leader, [leader.key, '/service/lab/0/members/coord-1']))).toBe(
      'done',
    );
    const left = async (key: string) => (await etcd.get(scopePath + key)) !== undefined;
    expect(await Promise.all(['leader', 'members/coord-1', 'members/coord-2'].map(left))).toEqual([false, false, true]);
  });

  describe('a deletion whose answer is lost', () => {
    const key = '/service/lab/0/leader';
    let relays: Server[] = [];
    afterEach(() => {
      for (const relay of relays) relay.close().closeAllConnections();
      relays = [];
    });

    /** Passes every request on but transactions, which are treated so and never answered. */
    const relay = async (treat: (body: string) => Promise<unknown>): Promise<EtcdEndpoint> => {
      const server = createServer((request, response) => {
        void bodyOf(request).then(async (body) => {
          if (request.url === '/v3/kv/txn') return treat(body).then(() => response.destroy());
          const answer = await fetch(`${etcd.endpoints[0]?.url}${request.url}`, { method: 'POST', body });
          return response.writeHead(answer.status).end(await answer.text());
        });
      });
      relays.push(server.listen(0, '127.0.45.92'));
      await once(server, 'listening');
      return { url: `http://127.0.45.92:${(server.address() as AddressInfo).port}` };
    };
    const refused = { url: 'http://127.0.45.91:2379' };

    it.each([
      ['done where it was done, whoever is asked next', [applied], true, 'done', undefined],
      [
        'done where it was done and the key was taken since',
        [applied, () => put(key, 'coord-2')],
        false,
        'done',
        'coord-2',
      ],
      ['done where it was lost on its way, and sent again elsewhere', [dropped], true, 'done', undefined],
      ['unknown where it may yet be done', [dropped], false, 'unknown', 'coord-1'],
      ['refused where the key was changed first', [() => put(key, 'coord-1')], false, 'refused', 'coord-1'],
    ] as const)('is %s', async (_what, treatments, others, outcome, left) => {
      await put(key, 'coord-1');
      const read = await etcd.get(key);
      const losing = await relay(async (body) => {
        for (const treat of treatments) await treat(body);
      });
      const client = createEtcdClient({ endpoints: [refused, losing, ...(others ? etcd.endpoints : [])] });
      expect(read && (await client.deleteIfUnchanged(read, [key]))).toBe(outcome);
      expect((await readLeader(etcd, scopePath))?.name).toBe(left);
    });

    it('throws where no endpoint could be reached, so that nothing was done', async () => {
      await put(key, 'coord-1');
      const read = await etcd.get(key);
      if (!read) throw new Error('the key was just written');
      const client = createEtcdClient({ endpoints: [refused] });
      await expect(client.deleteIfUnchanged(read, [key])).rejects.toMatchObject({ code: 'ETCD_UNREACHABLE' });
    });
  });

  it('asks the next endpoint when one does not answer', async () => {
    const client = createEtcdClient({ endpoints: [{ url: 'http://127.0.45.91:2379' }, ...etcd.endpoints] });
    await put('/asked', 'there');
    expect(await client.get('/asked')).toMatchObject({ value: 'there' });
    expect((await client.health()).map(({ healthy }) => healthy)).toEqual([false, true]);
  });
});
