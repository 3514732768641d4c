import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dcs } from './dcs.js';
import { findRealPrograms } from './testing/real-programs.js';
import { RealServers } from './testing/real-servers.js';

const programs = findRealPrograms();
const skipped = programs.etcdMissing === undefined ? '' : ` (skipped: ${programs.etcdMissing})`;
const megabyte = 1024 * 1024;

describe.skipIf(skipped !== '')(`a real etcd with little room${skipped}`, () => {
  let servers: RealServers;
  let etcd: Dcs;

  beforeAll(async () => {
    servers = new RealServers(programs);
    etcd = await servers.startEtcd({ 'quota-backend-bytes': String(4 * megabyte) });
  });
  afterAll(() => servers.stop());

  const put = () => etcd.put('/k', 'v'.repeat(megabyte / 2));

  it('says how large it is while it is well', async () => {
    const [health] = await etcd.health();
    expect(health).toMatchObject({ healthy: true, alarms: [] });
    expect(health?.usedBytes).toBeLessThanOrEqual(health?.sizeBytes ?? 0);
  });

  it('tells that it is full, and takes writes again once it was given room', async () => {
    const fill = async () => {
      for (let writes = 0; writes < 100; writes += 1) await put();
    };
    await expect(fill()).rejects.toMatchObject({
      code: 'ETCD_REFUSED',
      message: expect.stringContaining('space') as string,
    });
    expect(await etcd.health()).toMatchObject([{ healthy: false, alarms: ['NOSPACE'] }]);
    await etcd.makeRoom();
    const [health] = await etcd.health();
    expect(health).toMatchObject({ healthy: true, alarms: [] });
    expect(health?.sizeBytes).toBeLessThan(2 * megabyte);
    await put();
    await etcd.makeRoom();
  });
});
