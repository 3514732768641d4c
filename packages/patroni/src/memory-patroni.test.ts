import { createMemoryEtcd, readLeader, type MemoryEtcd } from '@citus-ha/dcs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryPatroni, type MemoryPatroni } from './memory-patroni.js';
import { leaderOf } from './patroni-cluster.js';
import { waitForLeader } from './wait-for-leader.js';

const path = '/service/lab/0/';
const config = { ttl: 20, loop_wait: 1, synchronous_mode: true, failsafe_mode: true };

describe('a Patroni cluster in memory', () => {
  let now: number;
  let etcd: MemoryEtcd;
  let patroni: MemoryPatroni;
  let printed: string[];
  const names = ['coord-1', 'coord-2', 'coord-3'];

  beforeEach(() => {
    now = Date.parse('2026-11-27T00:00:00Z');
    const clock = { now: () => now };
    printed = [];
    etcd = createMemoryEtcd({ clock });
    const log = (member: string, line: string) => void printed.push(`${member}: ${line}`);
    patroni = createMemoryPatroni({ etcd, scope: 'lab', path, members: names, config, clock, log });
  });

  const loops = async (count: number) => {
    for (let loop = 0; loop < count; loop += 1) {
      now += 1_000;
      await patroni.tick();
    }
  };
  const started = async () => {
    for (const name of names) patroni.start(name);
    await loops(6);
  };
  const valueOf = async (name: string): Promise<unknown> => {
    const found = await etcd.get(path + name);
    return found && (JSON.parse(found.value) as unknown);
  };
  const roles = async (by = 'coord-1') => {
    const { members } = await patroni.client(by).cluster();
    return Object.fromEntries(members.map(({ name, role, state }) => [name, `${role}, ${state}`]));
  };
  /** A request that waits for what later loops bring. */
  const meanwhile = async <T>(request: Promise<T>): Promise<T> => {
    for (let loop = 0; loop < 5; loop += 1) await loops(1);
    return request;
  };

  it('makes its first data on one member, and copies them to the others', async () => {
    for (const name of names) patroni.start(name);
    await loops(1);
    expect((await etcd.get(`${path}initialize`))?.value).toBe('');
    expect(await patroni.client('coord-2').status()).toMatchObject({ state: 'stopped', role: 'uninitialized' });
    await loops(5);
    const members = names.map((name) => `members/${name}`);
    const written = ['config', 'failsafe', 'initialize', 'leader', ...members, 'status', 'sync'];
    expect(await etcd.keys(path)).toEqual(written.map((key) => path + key));
    expect((await etcd.get(`${path}initialize`))?.value).toBe(patroni.member('coord-3').systemIdentifier);
    expect(await patroni.client('coord-2').config()).toEqual(config);
    expect(await valueOf('sync')).toEqual({ leader: 'coord-1', quorum: 0, sync_standby: 'coord-2' });
    expect(await roles()).toEqual({
      'coord-1': 'leader, running',
      'coord-2': 'sync_standby, streaming',
      'coord-3': 'replica, streaming',
    });
    const leader = await waitForLeader({ clients: [patroni.client('coord-1')], timeoutMs: 1_000 });
    expect(leader).toMatchObject({ name: 'coord-1', timeline: 1 });
  });

  it('keeps the leader key as it was read while its holder lives', async () => {
    await started();
    const before = await readLeader(etcd, path);
    await loops(100);
    expect(await readLeader(etcd, path)).toEqual(before);
  });

  it('takes a new lease once its time is another', async () => {
    await started();
    const before = await readLeader(etcd, path);
    await patroni.client('coord-2').patchConfig({ ttl: 60 });
    await loops(2);
    expect((await readLeader(etcd, path))?.lease).not.toBe(before?.lease);
    patroni.kill('coord-1');
    await loops(58);
    expect(await readLeader(etcd, path)).toMatchObject({ name: 'coord-1' });
  });

  it('lets only the synchronous standby take over, once the lease of a dead leader has run out', async () => {
    await started();
    patroni.kill('coord-1');
    await expect(patroni.client('coord-1').status()).rejects.toMatchObject({ code: 'PATRONI_UNREACHABLE' });
    await loops(18);
    expect(await readLeader(etcd, path)).toMatchObject({ name: 'coord-1' });
    await loops(3);
    expect(await roles('coord-3')).toEqual({ 'coord-2': 'leader, running', 'coord-3': 'sync_standby, streaming' });
    expect(await patroni.client('coord-2').status()).toMatchObject({ role: 'primary', timeline: 2, lsn: 0x3000100 });
    expect(await patroni.client('coord-2').history()).toMatchObject([
      { timeline: 1, lsn: 0x3000000, leader: 'coord-2' },
    ]);
    patroni.start('coord-1');
    await loops(2);
    expect(await patroni.client('coord-1').status()).toMatchObject({ timeline: 2, replicationState: 'streaming' });
  });

  it('has no leader while nobody synchronous lives', async () => {
    await started();
    patroni.kill('coord-1');
    patroni.kill('coord-2');
    await loops(60);
    expect(await readLeader(etcd, path)).toBeUndefined();
    expect(await patroni.client('coord-3').status()).toMatchObject({ role: 'replica', unlocked: true });
    patroni.start('coord-2');
    await loops(2);
    expect(await readLeader(etcd, path)).toMatchObject({ name: 'coord-2' });
  });

  it('fails over at once where the leader key is deleted, or given back by a leader that is stopped', async () => {
    await started();
    patroni.kill('coord-1');
    const key = await readLeader(etcd, path);
    expect(key && (await etcd.deleteIfUnchanged(key, [key.key]))).toBe('done');
    await loops(2);
    expect(await roles('coord-2')).toMatchObject({ 'coord-2': 'leader, running' });
    await patroni.stop('coord-2');
    await loops(1);
    expect(await roles('coord-3')).toMatchObject({ 'coord-2': 'replica, stopped', 'coord-3': 'leader, running' });
    await loops(21);
    expect(await roles('coord-3')).toEqual({ 'coord-3': 'leader, running' });
  });

  it('promotes a leader that comes back before its key has gone', async () => {
    await started();
    patroni.kill('coord-1');
    patroni.start('coord-1');
    await loops(30);
    expect(await patroni.client('coord-1').status()).toMatchObject({ role: 'primary', timeline: 2 });
    expect(await readLeader(etcd, path)).toMatchObject({ name: 'coord-1' });
  });

  it('switches over to whoever is asked for, or to whoever can', async () => {
    await started();
    const to = (leader: string, candidate?: string) => patroni.client('coord-3').switchover({ leader, candidate });
    await expect(to('coord-2')).rejects.toThrow('answered 412: leader name does not match');
    await expect(to('coord-1', 'coord-3')).rejects.toThrow('candidate name does not match with sync_standby');
    expect(await meanwhile(to('coord-1', 'coord-2'))).toBe('done');
    expect(await patroni.client('coord-2').status()).toMatchObject({ role: 'primary', timeline: 2 });
    expect(await meanwhile(to('coord-2'))).toBe('done');
    expect((await patroni.client('coord-2').history()).map(({ leader }) => leader)).toEqual(['coord-2', 'coord-1']);
    expect(await etcd.get(`${path}failover`)).toBeUndefined();
  });

  it('says that it does not know what came of a switchover in its time', async () => {
    await started();
    expect(await patroni.client('coord-1').switchover({ leader: 'coord-1' }, { timeoutMs: 10 })).toBe('unknown');
  });

  it('fails over to an asynchronous standby where that is asked for', async () => {
    await started();
    patroni.kill('coord-1');
    patroni.kill('coord-2');
    await loops(22);
    const client = patroni.client('coord-3');
    await expect(client.failover({ candidate: 'coord-9' })).rejects.toThrow('candidate does not exists');
    expect(await meanwhile(client.failover({ candidate: 'coord-3' }))).toBe('done');
    expect(leaderOf(await client.cluster())).toMatchObject({ name: 'coord-3', timeline: 2 });
  });

  it('lets nobody take over, and starts nothing, while it is paused', async () => {
    await started();
    expect(await patroni.client('coord-3').patchConfig({ pause: true, ttl: null })).not.toHaveProperty('ttl');
    patroni.kill('coord-1');
    await loops(60);
    expect(await readLeader(etcd, path)).toBeUndefined();
    expect(await patroni.client('coord-2').status()).toMatchObject({ paused: true, role: 'replica' });
    await patroni.client('coord-2').patchConfig({ pause: null });
    await loops(2);
    expect(await readLeader(etcd, path)).toMatchObject({ name: 'coord-2' });
  });

  it('goes on without etcd while all members answer each other, and no longer', async () => {
    await started();
    etcd.faults.down = true;
    await loops(60);
    expect(await patroni.client('coord-1').status()).toMatchObject({ role: 'primary', failsafeActive: true });
    expect(await patroni.client('coord-2').status()).toMatchObject({ failsafeActive: true });
    await expect(patroni.client('coord-1').cluster()).rejects.toMatchObject({ code: 'PATRONI_NO_ANSWER' });
    await expect(patroni.client('coord-1').config()).rejects.toMatchObject({ code: 'PATRONI_NOT_READY' });
    etcd.faults.down = false;
    await loops(2);
    expect(await patroni.client('coord-1').status()).toMatchObject({
      role: 'primary',
      timeline: 1,
      failsafeActive: false,
    });
    etcd.faults.down = true;
    patroni.kill('coord-3');
    await loops(1);
    expect(await patroni.client('coord-1').status()).toMatchObject({ role: 'replica' });
  });

  it('accepts no etcd that has lost its data until it is started anew', async () => {
    await started();
    etcd.wipe();
    await loops(60);
    expect(await etcd.keys('/')).toEqual([]);
    expect(await patroni.client('coord-1').status()).toMatchObject({ role: 'primary' });
    await expect(patroni.client('coord-1').cluster()).rejects.toMatchObject({ code: 'PATRONI_NO_ANSWER' });
    const { systemIdentifier } = patroni.member('coord-1');
    for (const name of names) patroni.kill(name);
    for (const name of names) patroni.start(name);
    await loops(3);
    expect((await etcd.get(`${path}initialize`))?.value).toBe(systemIdentifier);
    expect(await roles()).toMatchObject({ 'coord-1': 'leader, running' });
  });

  it('copies a standby anew, but not the leader', async () => {
    await started();
    await expect(patroni.client('coord-1').reinitialize()).rejects.toThrow('answered 503: I am the leader');
    await patroni.client('coord-2').reinitialize({ force: true });
    expect(await patroni.client('coord-2').status()).toMatchObject({ state: 'creating replica' });
    await loops(2);
    expect(await roles()).toMatchObject({ 'coord-2': 'replica, streaming', 'coord-3': 'sync_standby, streaming' });
  });

  it('has a PostgreSQL that ends at a restart, and one that does not start', async () => {
    await started();
    patroni.member('coord-2').restartFails = true;
    const refused = {
      code: 'PATRONI_REFUSED',
      message: expect.stringContaining('answered 503: restart failed') as string,
    };
    await expect(patroni.client('coord-2').restart()).rejects.toMatchObject(refused);
    await patroni.client('coord-3').restart();
    patroni.member('coord-2').startFails = ['FATAL:  no'];
    await loops(2);
    expect(printed).toEqual(['coord-2: FATAL:  no', 'coord-2: FATAL:  no']);
    expect(await roles()).toMatchObject({ 'coord-2': 'replica, start failed', 'coord-3': 'sync_standby, streaming' });
  });

  it('waits for a leader where its data are gone and the cluster had some', async () => {
    await started();
    for (const name of names) patroni.kill(name);
    const member = patroni.member('coord-1');
    member.systemIdentifier = null;
    await loops(30);
    patroni.start('coord-1');
    await loops(5);
    expect(await patroni.client('coord-1').status()).toMatchObject({ state: 'stopped', role: 'uninitialized' });
  });
});
