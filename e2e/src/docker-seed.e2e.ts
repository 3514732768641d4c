import { waitFor } from '@citus-ha/core';
import { execa } from 'execa';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoPath } from './support/cli.js';
import { docker } from './support/docker.js';
import { hasCitus, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const name = 'e2e-docker-seed';
const coordinator = (number: number) => `${name}-coord-${number}-1`;
const patronictl = (...args: readonly string[]) =>
  docker('exec', coordinator(1), 'patronictl', '-c', '/etc/patroni.yml', ...args);
const list = () => patronictl('list');
const curl = (url: string) => docker('exec', coordinator(1), 'curl', '-s', url);
const leaderOf = (table: string) => /(coord-\d)\s*\|[^|]*\|\s*Leader/.exec(table)?.[1] ?? '';

describe.skipIf(runtimeKind !== 'docker')("what the seed's README tells a reader to type", () => {
  let cluster: TestCluster;
  let password: string;

  const psql = async (command: string) => {
    const args = [
      '-h',
      'localhost',
      '-p',
      `${cluster.ports.write}`,
      '-U',
      'postgres',
      '-d',
      'postgres',
      '-Atc',
      command,
    ];
    return (await execa('psql', args, { env: { PGPASSWORD: password } })).stdout;
  };

  beforeAll(async () => {
    cluster = await createTestCluster(name);
    await cluster.run('up');
    const uri = await cluster.uri();
    password = new URL(uri).password;
    await execa(process.execPath, [demoPath, 'load', '--uri', '-', '--rooms', '50'], { input: uri });
  });
  afterAll(() => cluster.destroy());

  it('2. Verify Setup: the REST API of Patroni and the statistics of HAProxy answer', async () => {
    const script = `curl -s http://localhost:8008/cluster | jq -r '.members[] | [.name,.role,.state] | @tsv'`;
    const members = (await docker('exec', coordinator(1), 'sh', '-lc', script))
      .split('\n')
      .map((row) => row.split('\t'));
    expect(members.toSorted((a, b) => (a[1] ?? '').localeCompare(b[1] ?? ''))).toEqual([
      [expect.stringMatching(/^coord-\d$/), 'leader', 'running'],
      [expect.stringMatching(/^coord-\d$/), 'sync_standby', 'streaming'],
    ]);
    expect(await (await fetch(`http://localhost:${cluster.ports.stats}`)).text()).toContain('postgres_write');
  });

  it('3. Connect to Database: psql reaches the leader and sees three workers', async () => {
    expect((await psql('SELECT * FROM citus_get_active_worker_nodes() ORDER BY 1')).split('\n')).toEqual([
      'worker1|5432',
      'worker2|5432',
      'worker3|5432',
    ]);
  });

  it('4. Demo: a client that knows only the endpoint and the names of the workers fills tables of its own', async () => {
    const connectionString = `postgresql://postgres:${password}@localhost:${cluster.ports.write}/postgres`;
    const client = new Client({ connectionString });
    await client.connect();
    try {
      for (const worker of ['worker1', 'worker2', 'worker3']) {
        await client.query('SELECT citus_add_node($1, 5432)', [worker]);
      }
      await client.query('CREATE TABLE orders (id bigint PRIMARY KEY, customer text)');
      await client.query("SELECT create_distributed_table('orders', 'id')");
      await client.query("INSERT INTO orders SELECT id, 'customer ' || id FROM generate_series(1, 500) id");
      expect((await client.query('SELECT count(*)::int AS count FROM orders')).rows).toEqual([{ count: 500 }]);
    } finally {
      await client.end();
    }
  });

  it('Test 1 to 3: a leader and a worker are stopped, and all recovers once they are started', async () => {
    const leader = leaderOf(await list());
    const other = leader === 'coord-1' ? 2 : 1;
    await docker('stop', '--time', '60', `${name}-${leader}-1`);
    await cluster.untilLeaderIsNot(leader);
    const table = await docker('exec', coordinator(other), 'patronictl', '-c', '/etc/patroni.yml', 'list');
    expect(leaderOf(table)).toBe(`coord-${other}`);
    await cluster.untilWritable();
    expect(await psql('SELECT count(*) FROM rooms')).toBe('50');

    await docker('stop', `${name}-worker1-1`);
    expect((await psql('SELECT * FROM citus_get_active_worker_nodes()')).split('\n')).toHaveLength(3);
    expect(await psql('SELECT count(*) FROM rooms')).toBe('50');

    await docker('start', `${name}-${leader}-1`, `${name}-worker1-1`);
    await cluster.untilHealthy();
    expect(await list()).toMatch(new RegExp(`${leader}\\s*\\|[^|]*\\|\\s*Sync Standby\\s*\\|\\s*streaming`));
    await psql("INSERT INTO orders VALUES (1001, 'after recovery')");
  });

  it('Patroni Operations: switchover and reinit', async () => {
    const leader = leaderOf(await list());
    // With Citus there is a group to name; patronictl asks for it at a terminal.
    await patronictl('switchover', ...(hasCitus ? ['--group', '0'] : []), '--force', name);
    await cluster.untilLeaderIsNot(leader);
    await cluster.untilHealthy();
    const startedAt = async () =>
      (JSON.parse(await curl(`http://${leader}:8008/patroni`)) as { postmaster_start_time?: string })
        .postmaster_start_time;
    const before = await startedAt();
    expect(before).toBeDefined();
    expect(await patronictl('reinit', name, leader, '--force')).toContain(`Success: reinitialize for member ${leader}`);
    await waitFor({
      what: `${leader} to run on its new copy`,
      probe: async () => {
        const now = await startedAt();
        return now !== undefined && now !== before;
      },
      timeoutMs: 180_000,
    });
    await cluster.untilHealthy();
  });

  it.each([
    ['psql', '-U', 'postgres', '-Atc', "SELECT 'dump complete'"],
    ['pg_dump', '-U', 'postgres', '--schema-only', 'postgres'],
  ])('Database Operations: %s within a container needs no host and no password', async (...command) => {
    const leader = `${name}-${leaderOf(await list())}-1`;
    expect(await docker('exec', leader, ...command)).toContain('dump complete');
    expect(await docker('exec', '--user', 'root', `${name}-worker1-1`, ...command)).toContain('dump complete');
  });

  it('Database Operations: every shard of rooms has two placements', async () => {
    const rows = await psql(`SELECT shardid, shardstate, nodename, nodeport
      FROM pg_dist_shard s JOIN pg_dist_placement p USING(shardid) JOIN pg_dist_node n ON n.groupid=p.groupid
      WHERE s.logicalrelid='rooms'::regclass ORDER BY shardid, nodename, nodeport`);
    expect(rows.split('\n')).toHaveLength(6);
    expect(rows).toMatch(/^\d+\|1\|worker\d\|5432$/m);
  });

  it('Container Management: the containers are one Compose project, and their logs are to be had', async () => {
    const project = ['ps', '--filter', `label=com.docker.compose.project=${name}`, '--format', '{{.Names}}'];
    const names = ['coord-1', 'coord-2', 'etcd', 'haproxy', 'worker1', 'worker2', 'worker3'];
    expect((await docker(...project)).split('\n').toSorted()).toEqual(names.map((member) => `${name}-${member}-1`));
    for (const member of names) await docker('logs', '--tail', '1', `${name}-${member}-1`);
    const { all } = await execa('docker', ['logs', coordinator(1)], { all: true });
    expect(all).toContain('Lock owner');
  });

  it('Troubleshooting and Monitoring: health URLs answer within the network, files are where the seed has them', async () => {
    expect(JSON.parse(await curl('http://etcd:2379/health'))).toMatchObject({ health: 'true' });
    for (const host of ['localhost', 'coord-1', 'coord-2']) {
      expect(JSON.parse(await curl(`http://${host}:8008/health`))).toMatchObject({ state: 'running' });
    }
    expect(await docker('exec', `${name}-haproxy-1`, 'cat', '/usr/local/etc/haproxy/haproxy.cfg')).toMatch(
      /server coord1 /,
    );
    await docker('restart', `${name}-etcd-1`);
    await cluster.untilHealthy();
  });

  it('Backup Strategy: pg_dump through HAProxy holds every row', async () => {
    // The machine's own pg_dump may be older than the servers.
    const login = ['-h', 'haproxy', '-p', `${cluster.ports.write}`, '-U', 'postgres'];
    const dump = await docker('exec', coordinator(1), 'pg_dump', ...login, '-t', 'orders', 'postgres');
    expect(dump.match(/customer \d+/g)).toHaveLength(500);
  });
});
