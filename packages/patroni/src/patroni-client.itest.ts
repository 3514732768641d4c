import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '@citus-ha/core';
import { createMemoryEtcd, readLeader, type Dcs } from '@citus-ha/dcs';
import { findRealPrograms, RealServers } from '@citus-ha/dcs/testing';
import { createMemoryPatroni } from './memory-patroni.js';
import { leaderOf } from './patroni-cluster.js';
import { createPatroniClient, type PatroniClient } from './patroni-client.js';
import { dataDir, startPatroni } from './testing/start-patroni.js';
import { waitForLeader } from './wait-for-leader.js';

const programs = findRealPrograms();
const missing = programs.etcdMissing ?? programs.patroniMissing;
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

describe.skipIf(skipped !== '')(`with two real Patroni members${skipped}`, () => {
  let servers: RealServers;
  let etcd: Dcs;
  let first: PatroniClient;
  let second: PatroniClient;

  beforeAll(async () => {
    servers = new RealServers(programs);
    etcd = await servers.startEtcd();
    first = await startPatroni(servers, programs, 'coord-1', etcd);
    await waitForLeader({ clients: [first], timeoutMs: 60_000 });
    second = await startPatroni(servers, programs, 'coord-2', etcd);
    await waitForSync(second);
  });
  afterAll(() => servers.stop());

  /** Until the standby itself says so: the cluster still speaks of what it was before a copy or a restart. */
  const waitForSync = (standby: PatroniClient) =>
    waitFor({
      what: `${standby.member} to be the synchronous standby`,
      probe: async () => {
        const { members } = await first.cluster();
        const { state, replicationState, synchronous } = await standby.status();
        return (
          members.some(({ name, role }) => name === standby.member && role === 'sync_standby') &&
          state === 'running' &&
          replicationState === 'streaming' &&
          synchronous
        );
      },
      timeoutMs: 60_000,
    });

  it('reads the same leader from the REST API and from etcd', async () => {
    const cluster = await second.cluster();
    expect(leaderOf(cluster)).toMatchObject({ name: 'coord-1', state: 'running', timeline: 1, lagBytes: null });
    expect((await readLeader(etcd, '/service/lab'))?.name).toBe('coord-1');
    expect(await first.status()).toMatchObject({ name: 'coord-1', role: 'primary', timeline: 1, unlocked: false });
    expect(await second.status()).toMatchObject({ name: 'coord-2', role: 'replica', synchronous: true });
  });

  it('is as Patroni in memory is, by its keys and its answers', async () => {
    const path = '/service/lab/';
    const memory = createMemoryEtcd();
    const members = ['coord-1', 'coord-2'];
    const config = await first.config();
    const simulated = createMemoryPatroni({ etcd: memory, scope: 'lab', path, members, config });
    for (const name of members) simulated.start(name);
    for (let loop = 0; loop < 5; loop += 1) await simulated.tick();
    expect(await memory.keys(path)).toEqual(await etcd.keys(path));
    const told = async (from: Dcs, key: string) => JSON.parse((await from.get(path + key))?.value ?? 'null') as object;
    expect(await told(memory, 'sync')).toEqual(await told(etcd, 'sync'));
    expect(Object.keys(await told(etcd, 'status'))).toContain('optime');
    for (const key of members.map((name) => `members/${name}`)) {
      const [real, like] = [await told(etcd, key), await told(memory, key)];
      const { api_url: _a, conn_url: _c, xlog_location: _x, version: _v, ...same } = like as Record<string, unknown>;
      expect(real).toMatchObject(same);
      expect(Object.keys(real)).toEqual(expect.arrayContaining(Object.keys(like)));
    }
    expect(await rolesIn(simulated.client('coord-2'))).toEqual(await rolesIn(second));
    const clients = [first, second] as const;
    for (const [index, name] of members.entries()) {
      const unlike = ['dcsLastSeen', 'lsn', 'receivedLsn', 'patroniVersion', 'serverVersion', 'systemIdentifier'];
      const alike = async (client: PatroniClient | undefined) =>
        Object.entries((await client?.status()) ?? {}).map(([key, value]) => [key, unlike.includes(key) || value]);
      expect(await alike(simulated.client(name))).toEqual(await alike(clients[index]));
    }
  });

  it('changes the dynamic configuration, and pauses and resumes the cluster', async () => {
    expect(await first.patchConfig({ postgresql: { parameters: { work_mem: '8MB' } } })).toMatchObject({
      loop_wait: 1,
      postgresql: { parameters: { work_mem: '8MB' } },
    });
    await first.patchConfig({ pause: true });
    await waitForPause(second, true);
    await second.patchConfig({ pause: null });
    await waitForPause(first, false);
  });

  it("tells a wrong password from Patroni's own refusal", async () => {
    const stranger = createPatroniClient({ url: first.url, member: 'coord-1' });
    await expect(stranger.patchConfig({ pause: true })).rejects.toMatchObject({
      code: 'PATRONI_UNAUTHORIZED',
      member: 'coord-1',
    });
    await expect(first.switchover({ leader: 'coord-1', candidate: 'nobody' })).rejects.toMatchObject({
      code: 'PATRONI_REFUSED',
      message: expect.stringContaining('answered 412: candidate name does not match with sync_standby'),
    });
  });

  it('switches over to a leader on a higher timeline, also when the answer is not waited for', async () => {
    const { timeline } = await waitForLeader({ clients: [first, second], timeoutMs: 10_000 });
    expect(await first.switchover({ leader: 'coord-1' }, { timeoutMs: 500 })).toBe('unknown');
    const wait = { clients: [first, second], aboveTimeline: timeline, not: 'coord-1', timeoutMs: 30_000 };
    expect(await waitForLeader(wait)).toMatchObject({ name: 'coord-2', timeline: timeline + 1 });
    await waitForSync(first);
    const end = await waitFor({
      what: 'the new leader to write down the end of the timeline before',
      probe: async () => (await second.history()).at(-1),
      timeoutMs: 10_000,
    });
    expect(end).toMatchObject({ timeline, leader: 'coord-2' });
  });

  it('restarts a member and copies a replica anew', async () => {
    await first.restart();
    expect((await first.status()).state).toBe('running');
    const marker = join(dataDir(servers, 'coord-1'), 'written-before-the-copy');
    writeFileSync(marker, '');
    await first.reinitialize({ force: true });
    await expect(second.reinitialize()).rejects.toMatchObject({ code: 'PATRONI_REFUSED', member: 'coord-2' });
    await waitFor({ what: 'the old data to go', probe: () => !existsSync(marker), timeoutMs: 30_000 });
    await waitForSync(first);
  });

  it('fails over to a named candidate', async () => {
    expect(await first.failover({ candidate: 'coord-1' })).toBe('done');
    expect((await waitForLeader({ clients: [first, second], timeoutMs: 30_000 })).name).toBe('coord-1');
  });
});

async function rolesIn(client: PatroniClient): Promise<readonly object[]> {
  const { members } = await client.cluster();
  return members.map(({ name, role, state, timeline }) => ({ name, role, state, timeline }));
}

/** Each member hears from etcd by itself. */
async function waitForPause(client: PatroniClient, paused: boolean): Promise<void> {
  await waitFor({
    what: `${client.member} to be ${paused ? 'paused' : 'resumed'}`,
    probe: async () => (await client.cluster()).paused === paused,
    timeoutMs: 10_000,
  });
}
