import { waitFor } from '@citus-ha/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { dcsContract } from './contract/dcs-contract.js';
import { createMemoryEtcd, type MemoryEtcd } from './memory-etcd.js';
import { readLeader } from './leader-key.js';

let now = 0;
const clock = { now: () => now };

dcsContract({
  name: 'an etcd in memory',
  create: async () => {
    const etcd = createMemoryEtcd({ clock });
    return {
      as: (login) => etcd.as(login),
      until: (what, probe) => {
        const later = () => {
          now += 500;
          return probe();
        };
        return waitFor({ what, probe: later, timeoutMs: 5_000, intervalMs: 1 });
      },
      dispose: async () => undefined,
    };
  },
});

describe('an etcd in memory', () => {
  const key = '/service/lab/leader';
  let etcd: MemoryEtcd;

  beforeEach(async () => {
    etcd = createMemoryEtcd({ clock });
    await etcd.put(key, 'coord-1');
  });

  it('keeps a lease as long as someone renews it, to the millisecond', async () => {
    const lease = await etcd.grantLease(20);
    await etcd.txn({ compare: [], success: [{ put: '/leased', value: '', lease }] });
    now += 19_999;
    expect(await etcd.keepAlive(lease)).toBe(true);
    now += 19_999;
    expect(await etcd.get('/leased')).toBeDefined();
    now += 1;
    expect(await etcd.get('/leased')).toBeUndefined();
    expect(await etcd.keepAlive(lease)).toBe(false);
  });

  it('answers nothing while it is down, and has everything afterwards', async () => {
    etcd.faults.down = true;
    const unreachable = { code: 'ETCD_UNREACHABLE', member: 'etcd' };
    await expect(etcd.get(key)).rejects.toMatchObject(unreachable);
    await expect(etcd.put(key, '')).rejects.toMatchObject(unreachable);
    await expect(etcd.tryLogin({ user: 'root', password: '' })).rejects.toMatchObject(unreachable);
    expect(await etcd.health()).toMatchObject([{ healthy: false, sizeBytes: null, alarms: [] }]);
    etcd.faults.down = false;
    expect((await readLeader(etcd, '/service/lab/'))?.name).toBe('coord-1');
  });

  it('begins to count the time of leases anew when it has been down', async () => {
    const lease = await etcd.grantLease(20);
    etcd.faults.down = true;
    now += 60_000;
    etcd.faults.down = false;
    expect(await etcd.keepAlive(lease)).toBe(true);
  });

  it('does a write whose answer it loses', async () => {
    etcd.faults.lostAnswers = 1;
    await expect(etcd.put(key, 'coord-2')).rejects.toMatchObject({ code: 'ETCD_NO_ANSWER' });
    const read = await etcd.get(key);
    expect(read).toMatchObject({ value: 'coord-2' });
    etcd.faults.lostAnswers = 1;
    expect(read && (await etcd.deleteIfUnchanged(read, [key]))).toBe('done');
    expect(await etcd.get(key)).toBeUndefined();
  });

  it('does not say that a deletion was refused whose answer it loses, unless the key has changed for ever', async () => {
    const read = await etcd.get(key);
    await etcd.put(key, 'coord-1');
    etcd.faults.lostAnswers = 1;
    expect(read && (await etcd.deleteIfUnchanged(read, [key]))).toBe('refused');
  });

  it('takes no writes while it is full, but deletions and room', async () => {
    etcd.faults.alarms.add('NOSPACE');
    expect(await etcd.health()).toMatchObject([{ healthy: false, alarms: ['NOSPACE'] }]);
    await expect(etcd.put(key, '')).rejects.toThrow('database space exceeded');
    expect(await etcd.txn({ compare: [], success: [{ delete: key }] })).toBe(true);
    await etcd.makeRoom();
    await etcd.put(key, '');
  });

  it('is another one without keys and users once its disks are lost', async () => {
    const before = etcd.clusterId;
    await etcd.makeUser({ user: 'root', password: 'secret' });
    await etcd.closeToStrangers();
    etcd.wipe();
    expect(await etcd.keys('/')).toEqual([]);
    expect(etcd.clusterId).not.toBe(before);
  });
});
