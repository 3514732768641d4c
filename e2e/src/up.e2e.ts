import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterRecord } from '@citus-ha/cluster';
import { waitFor } from '@citus-ha/core';
import { sendToEtcd } from '@citus-ha/dcs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execa } from 'execa';
import { Client } from 'pg';
import { demoPath } from './support/cli.js';
import { etcdOf, forgetEtcdUsers } from './support/etcd.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const rooms = 300;

describe('a cluster brought up from its defaults', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-up');
    await cluster.run('up');
    await execa(process.execPath, [demoPath, 'load', '--uri', '-', '--rooms', String(rooms)], {
      input: await cluster.uri(),
    });
  });
  afterAll(() => cluster.destroy());

  it('has nothing to do at a second up and says so', async () => {
    const { exitCode, stderr, stdout } = await cluster.try('up');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('nothing to do') as string });
    expect(stderr).not.toContain('plan: ');
    expect(stdout).toContain(`:${cluster.ports.write}/postgres`);
    expect(stdout).not.toContain(new URL(await cluster.uri()).password);
  });

  it('reports itself healthy in the shape tools read', async () => {
    const status = await cluster.untilHealthy();
    expect(status).toMatchObject({
      version: 1,
      cluster: 'e2e-up',
      runtime: runtimeKind,
      healthy: true,
      problems: [],
      isolation: runtimeKind === 'docker' ? 'container' : 'pid',
    });
    expect(status.members.map(({ name, kind, group, state }) => [name, kind, group, state])).toEqual([
      ['etcd', 'etcd', null, 'running'],
      ['coord-1', 'coordinator', 0, expect.stringMatching(/running|streaming/)],
      ['coord-2', 'coordinator', 0, expect.stringMatching(/running|streaming/)],
      ['worker1', 'worker', 1, 'running'],
      ['worker2', 'worker', 2, 'running'],
      ['worker3', 'worker', 3, 'running'],
      ['haproxy', 'proxy', null, 'running'],
    ]);
    expect(
      status.nodes.filter(({ groupId }) => groupId > 0).map(({ host, port, active }) => [host, port, active]),
    ).toEqual([
      ['worker1', 5432, true],
      ['worker2', 5432, true],
      ['worker3', 5432, true],
    ]);
    expect(status.redundancy).toMatchObject({ target: 2, underReplicatedShards: 0 });
  });

  it('answers the three workers and places every shard of rooms twice', async () => {
    const workers = await cluster.sql('SELECT * FROM citus_get_active_worker_nodes()');
    expect(workers.rowCount).toBe(3);
    const placements = await cluster.sql<{ shardid: string; nodename: string }>(`
      SELECT shardid, shardstate, nodename, nodeport
      FROM pg_dist_shard s
      JOIN pg_dist_placement p USING (shardid)
      JOIN pg_dist_node n ON n.groupid = p.groupid
      WHERE s.logicalrelid = 'rooms'::regclass
      ORDER BY shardid, nodename, nodeport`);
    const byShard = new Map<string, Set<string>>();
    for (const { shardid, nodename } of placements.rows)
      byShard.set(shardid, (byShard.get(shardid) ?? new Set()).add(nodename));
    expect([...byShard.values()].map(({ size }) => size)).toEqual([2, 2, 2]);
  });

  it('lets nobody without a password read or change what is in etcd', async () => {
    const key = Buffer.from('/service/e2e-up/config').toString('base64');
    const stranger = await etcdOf(cluster, null);
    for (const path of ['range', 'put', 'deleterange']) {
      const request = sendToEtcd({ endpoint: stranger.endpoints[0] }, `/v3/kv/${path}`, { key });
      await expect(request).rejects.toThrow('user name is empty');
    }
    expect(await stranger.health()).toMatchObject([{ healthy: true }]);
  });

  it('takes over one whose etcd had no users, while its leader goes on', async () => {
    const before = await cluster.leader();
    await forgetEtcdUsers(cluster);
    await (await etcdOf(cluster, null)).get('/service/e2e-up/config');
    expect(await cluster.run('up', '--json')).toContain('closed etcd to strangers');
    await expect((await etcdOf(cluster, null)).get('/service/e2e-up/config')).rejects.toThrow('user name is empty');
    expect(await cluster.leader()).toMatchObject({ name: before.name, timeline: before.timeline });
    await cluster.untilHealthy();
  });

  it("reads the record that its store has lost from its members' files, and keeps it again", async () => {
    const { store } = await openRuntime(cluster);
    const read = async () => {
      const { certificates: _, ...record } = JSON.parse((await store.read('cluster.json')) ?? '') as ClusterRecord;
      return record;
    };
    const record = await read();
    await store.remove('cluster.json');
    await cluster.untilHealthy();
    expect(await cluster.run('exec', 'coord-1', '--', 'cat', '/etc/hostname')).not.toBe('');
    await cluster.run('up');
    expect(await read()).toEqual(record);
    await cluster.untilHealthy();
  });

  it("holds the demo's rows on the workers, twice", async () => {
    const { rows } = await cluster.sql<{ count: string }>('SELECT count(*) FROM rooms');
    expect(Number(rows[0]?.count)).toBe(rooms);
    const shards = await cluster.sql<{ shardid: string; nodename: string }>(`
      SELECT shardid, nodename FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid)
      JOIN pg_dist_node n ON n.groupid = p.groupid WHERE s.logicalrelid = 'rooms'::regclass`);
    const { members } = await cluster.status();
    const password = new URL(await cluster.uri()).password;
    let found = 0;
    for (const { shardid, nodename } of shards.rows) {
      const host = members.find(({ name }) => name === nodename)?.host ?? '';
      const counted = await cluster.sql<{ count: string }>(
        `SELECT count(*) FROM rooms_${shardid}`,
        `postgresql://postgres:${password}@${host}:5432/postgres`,
      );
      found += Number(counted.rows[0]?.count);
    }
    expect(found).toBe(2 * rooms);
  });

  it('lets a role made by plain SQL use tables that it distributes, through the endpoint and on a worker', async () => {
    await cluster.sql("CREATE ROLE app LOGIN PASSWORD 'only for app'; GRANT CREATE ON SCHEMA public TO app");
    const endpoint = new URL(await cluster.uri());
    const {
      members,
      engine: { kind },
    } = await cluster.status();
    const worker = members.find(({ name }) => name === 'worker2');
    [endpoint.username, endpoint.password] = ['app', 'only for app'];
    const asApp = endpoint.href;
    [endpoint.hostname, endpoint.port] = [worker?.host ?? '', '5432'];
    await cluster.sql("CREATE TABLE orders (id int, n int); SELECT create_distributed_table('orders', 'id')", asApp);
    await cluster.sql('INSERT INTO orders SELECT n, n FROM generate_series(1, 100) n', asApp);
    await cluster.sql('BEGIN; UPDATE orders SET n = n + 1; DELETE FROM orders WHERE id > 90; COMMIT', asApp);
    for (const from of [asApp, ...(kind === 'citus' ? [endpoint.href] : [])]) {
      const { rows } = await cluster.sql('SELECT count(*)::int, sum(n)::int FROM orders', from);
      expect(rows).toEqual([{ count: 90, sum: 4185 }]);
    }
    await expect(cluster.sql('SELECT FROM pg_authid', asApp)).rejects.toThrow('permission denied');
    await cluster.sql('DROP TABLE orders', asApp);
  });

  it('serves reads through its read endpoint, by a standby that keeps up in time, else by the leader', async () => {
    const file = join(cluster.cwd, 'cluster.yaml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('proxy: {', 'proxy: { read: { maxLag: { time: 5s } },'),
    );
    await cluster.run('up');
    const [endpoint, password] = [await cluster.uri('--read'), new URL(await cluster.uri()).password];
    const untilReadFrom = (from: 'leader' | 'standby') =>
      waitFor({
        what: `reads to reach the ${from}`,
        probe: async () =>
          (await cluster.sql<{ is: boolean }>('SELECT pg_is_in_recovery() AS is', endpoint)).rows[0]?.is ===
          (from === 'standby'),
        timeoutMs: 120_000,
      });
    await cluster.sql('CREATE TABLE held (n int)');
    await untilReadFrom('standby');
    const standby = (await cluster.status()).members.find(({ role }) => role === 'sync_standby');
    const reader = new Client(`postgresql://postgres:${password}@${standby?.host}:5432/postgres`);
    await reader.connect();
    await waitFor({ what: 'the table there', probe: () => reader.query('BEGIN; TABLE held'), timeoutMs: 20_000 });
    // What is replayed waits for who reads it, for 30 s at most.
    await cluster.sql('DROP TABLE held');
    await untilReadFrom('leader');
    await reader.end();
    await untilReadFrom('standby');
    await expect(cluster.sql('TABLE held', endpoint)).rejects.toThrow('does not exist');
  });

  it('dumps through the write endpoint, and restores into a second cluster beside it', async () => {
    const second = await createTestCluster('e2e-second', 'coordinators: { count: 1 }\nworkers: { count: 2 }');
    try {
      await second.run('up');
      const dump = ['pg_dump', '--no-owner', '--table=rooms', '--table=messages'];
      // The machine's own pg_dump may be older than the servers in containers.
      const stdout =
        runtimeKind === 'docker'
          ? await cluster.run(
              'exec',
              'coord-1',
              '--',
              ...dump,
              `postgresql://postgres@haproxy:${cluster.ports.write}/postgres`,
            )
          : (await execa(dump[0] ?? '', [...dump.slice(1), await cluster.uri()], { maxBuffer: 1e9 })).stdout;
      await execa('psql', ['-q', '-v', 'ON_ERROR_STOP=1', await second.uri()], { input: stdout });
      for (const table of ['rooms', 'messages']) {
        const count = `SELECT count(*), sum(hashtext(${table}::text)) AS sum FROM ${table}`;
        expect((await second.sql(count)).rows).toEqual((await cluster.sql(count)).rows);
      }
    } finally {
      await second.destroy();
    }
  });

  it('comes back with its data and its leader after down and up', async () => {
    const before = await cluster.leader();
    await cluster.run('down');
    expect((await cluster.try('status')).exitCode).toBe(3);
    await cluster.run('up');
    const { rows } = await cluster.sql<{ count: string }>('SELECT count(*) FROM rooms');
    expect(Number(rows[0]?.count)).toBe(rooms);
    expect((await cluster.leader()).name).toBe(before.name);
  });
});
