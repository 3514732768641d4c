import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdClient } from './etcd-client.js';
import { createEtcdClient } from './etcd-client.js';
import { deleteOwnLeaderKey, readLeader } from './leader-key.js';
import { findRealPrograms } from './testing/real-programs.js';
import { RealServers } from './testing/real-servers.js';

const programs = findRealPrograms();
const skipped = programs.etcdMissing === undefined ? '' : ` (skipped: ${programs.etcdMissing})`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe.skipIf(skipped !== '')(`with a real etcd${skipped}`, () => {
  let servers: RealServers;
  let etcd: EtcdClient;
  const scopePath = '/service/lab/0/';
  const own = { scopePath, member: 'coord-1' };

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
  const grantLease = async () => (await call('/v3/lease/grant', { TTL: '60' }))['ID'];

  it('reads who holds the leader lock, with the lease it hangs on', async () => {
    expect(await readLeader(etcd, scopePath)).toBeUndefined();
    const lease = await grantLease();
    await put('/service/lab/0/leader', 'coord-1', lease);
    expect(await readLeader(etcd, scopePath)).toMatchObject({ name: 'coord-1', lease });
  });

  it("deletes a leader key with the member's own name, once", async () => {
    await put('/service/lab/0/leader', 'coord-1');
    expect(await deleteOwnLeaderKey(etcd, own)).toBe(true);
    expect(await readLeader(etcd, scopePath)).toBeUndefined();
    expect(await deleteOwnLeaderKey(etcd, own)).toBe(false);
  });

  it("leaves another member's leader key alone", async () => {
    await put('/service/lab/0/leader', 'coord-2');
    expect(await deleteOwnLeaderKey(etcd, own)).toBe(false);
    expect((await readLeader(etcd, scopePath))?.name).toBe('coord-2');
  });

  it.each([
    ['taken by another member', async () => put('/service/lab/0/leader', 'coord-2')],
    ['written again with the same name', async () => put('/service/lab/0/leader', 'coord-1')],
    ['written again on another lease', async () => put('/service/lab/0/leader', 'coord-1', await grantLease())],
  ])('leaves a leader key alone that was %s since it was read', async (_what, change) => {
    await put('/service/lab/0/leader', 'coord-1');
    const read = await etcd.get('/service/lab/0/leader');
    await change();
    expect(read && (await etcd.deleteIfUnchanged(read, [read.key]))).toBe(false);
    expect(await readLeader(etcd, scopePath)).toBeDefined();
  });

  it('compares value, revision and lease each by itself', async () => {
    await put('/service/lab/0/leader', 'coord-1', await grantLease());
    const read = await etcd.get('/service/lab/0/leader');
    if (!read) throw new Error('the key was just written');
    for (const stale of [{ value: 'coord-2' }, { modRevision: '1' }, { lease: '0' }]) {
      expect(await etcd.deleteIfUnchanged({ ...read, ...stale }, [read.key])).toBe(false);
    }
    expect(await etcd.deleteIfUnchanged(read, [read.key])).toBe(true);
  });

  it('deletes all named keys in one transaction, and no other', async () => {
    await put('/service/lab/0/leader', 'coord-1');
    await put('/service/lab/0/members/coord-1', '{}');
    await put('/service/lab/0/members/coord-2', '{}');
    await put('/service/lab/1/leader', 'worker1');
    const leader = await readLeader(etcd, scopePath);
    expect(leader && (await etcd.deleteIfUnchanged(leader, [leader.key, '/service/lab/0/members/coord-1']))).toBe(true);
    const left = async (key: string) => (await etcd.get(scopePath + key)) !== undefined;
    expect(await Promise.all(['leader', 'members/coord-1', 'members/coord-2'].map(left))).toEqual([false, false, true]);
  });

  it('asks the next endpoint when one does not answer', async () => {
    const client = createEtcdClient({ endpoints: [{ url: 'http://127.0.45.91:2379' }, ...etcd.endpoints] });
    await put('/asked', 'there');
    expect(await client.get('/asked')).toMatchObject({ value: 'there' });
    expect((await client.health()).map(({ healthy }) => healthy)).toEqual([false, true]);
  });
});
