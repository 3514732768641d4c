import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { stepSeen } from './support/step-seen.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const small = 'coordinators: { count: 1 }\nworkers: { count: 2 }';

describe('a command on a cluster with a fault', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-command-faults', small);
    await cluster.run('up');
  });
  afterAll(() => cluster.destroy());

  const expectFailure = async (args: readonly string[], member: string, code: RegExp) => {
    const { exitCode, stdout, stderr } = await cluster.try(...args, '--json');
    const { error } = JSON.parse(stdout) as { error: { code: string; member: string; message: string; fix: string } };
    expect({ exitCode, member: error.member }).toEqual({ exitCode: 1, member });
    expect(error.code).toMatch(code);
    expect(error.message).toContain(member);
    expect(error.fix).not.toBe('');
    expect(stderr).not.toContain(new URL(await cluster.uri()).password);
  };

  it('names the worker that refuses the password', async () => {
    const password = new URL(await cluster.uri()).password;
    const locally = 'SET citus.enable_ddl_propagation TO off';
    await cluster.run('psql', '--member', 'worker1', '-qc', locally, '-c', "ALTER ROLE postgres PASSWORD 'another'");
    await expectFailure(['bootstrap'], 'worker1', /^AUTH_FAILED$/);
    const host = (await cluster.status()).members.find(({ name }) => name === 'worker1')?.host ?? '';
    await cluster.sql(
      `${locally}; ALTER ROLE postgres PASSWORD '${password}'`,
      `postgresql://postgres:another@${host}/postgres`,
    );
    expect(JSON.parse(await cluster.run('bootstrap', '--json'))).toEqual({ changes: [] });
  });

  it('names an etcd that does not answer, and goes on serving', async () => {
    const runtime = await openRuntime(cluster);
    await runtime.kill('etcd');
    await expectFailure(['failover', '--yes'], 'etcd', /^ETCD_(UNREACHABLE|NO_ANSWER)$/);
    expect((await cluster.sql('SELECT 1')).rowCount).toBe(1);
    await cluster.run('start', 'etcd');
    await cluster.untilHealthy();
  });

  it('names a worker that never answers', async () => {
    const runtime = await openRuntime(cluster);
    await runtime.pause('worker2');
    await expectFailure(['bootstrap'], 'worker2', /TIMEOUT/);
    expect(await cluster.try('status')).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('worker2 is frozen') as string,
    });
    await runtime.pause('coord-1');
    const { problems, unknown } = await waitFor({
      what: 'nobody but the frozen to be named',
      probe: async () => {
        const status = await cluster.status();
        return status.problems.length === 3 && status;
      },
      timeoutMs: 180_000,
    });
    expect(problems.map(({ code, member }) => [code, member])).toEqual([
      ['NO_LEADER', null],
      ['MEMBER_PAUSED', 'coord-1'],
      ['MEMBER_PAUSED', 'worker2'],
    ]);
    expect(unknown).toEqual(['nodes', 'redundancy', 'failover']);
    expect((await cluster.try('doctor')).stdout).toMatch(/unknown nodes: /);
    await cluster.run('up');
    await cluster.untilHealthy();
  });

  it.skipIf(runtimeKind !== 'local')('finds its members where the state file is gone', async () => {
    const before = await cluster.status();
    const file = join(cluster.env['XDG_STATE_HOME'] ?? '', 'citus-ha', cluster.name, 'state.json');
    await rm(file);
    expect((await cluster.status()).members).toEqual(before.members);
    await rm(file);
    expect(await cluster.try('up')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('nothing to do') as string,
    });
  });

  it('names a worker whose data is gone, and the command that builds it anew from the others', async () => {
    const runtime = await openRuntime(cluster);
    await cluster.sql(`
      CREATE TABLE rooms (id int PRIMARY KEY);
      SELECT create_distributed_table('rooms', 'id');
      INSERT INTO rooms SELECT generate_series(1, 100)`);
    const site = await runtime.site();
    const data = site?.members['worker2']?.dataDir ?? 'nowhere';
    // Emptied from within: where a volume is mounted it cannot be removed, and Patroni is not to see it half gone.
    await runtime.exec('worker2', ['sh', '-c', `rm -rf '${data}'`]);
    await runtime.kill('worker2');
    const lost = { exitCode: 1, stderr: expect.stringContaining('citus-ha rebuild worker2') as string };
    expect(await cluster.try('start', 'worker2')).toMatchObject(lost);
    expect(await cluster.try('up')).toMatchObject(lost);
    const { problems } = await cluster.status();
    expect(problems.map(({ code }) => code)).toEqual(['DATA_LOST', 'UNDER_REPLICATED']);
    expect(JSON.parse(await cluster.run('rebuild', 'worker2', '--yes', '--json'))).toEqual({
      member: 'worker2',
      copied: ['rooms'],
      lost: [],
    });
    expect((await cluster.sql<{ count: string }>('SELECT count(*) FROM rooms')).rows).toEqual([{ count: '100' }]);
    await cluster.untilHealthy();
    await cluster.sql(`
      CREATE TABLE single (id int PRIMARY KEY);
      SET citus.shard_replication_factor = 1;
      SELECT create_distributed_table('single', 'id', colocate_with => 'none')`);
    await cluster.untilHealthy();
    expect(await cluster.try('rebuild', 'worker1', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('ONLY_PLACEMENT') as string,
    });
    await cluster.sql('DROP TABLE single; DROP TABLE rooms');
  });

  it('waits for another one that works on the cluster, says so, and can be interrupted', async () => {
    const runtime = await openRuntime(cluster);
    await runtime.withLock('cluster', async () => {
      const run = cluster.start('up');
      await waitFor({ what: 'the wait', probe: () => stepSeen(run, 'waiting for process'), timeoutMs: 90_000 });
      run.kill('SIGINT');
      expect((await run).exitCode).toBe(130);
    });
  });
});

describe('data that was there before', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.destroy());
  const countKept = async () =>
    Number((await cluster.sql<{ count: string }>('SELECT count(*) FROM kept')).rows[0]?.count);
  const makeKept = () => cluster.sql('CREATE TABLE kept AS SELECT generate_series(1, 100)');

  it('outlives an up that is interrupted after an earlier one was killed near its end', async () => {
    cluster = await createTestCluster('e2e-kept', small);
    const first = cluster.start('up');
    await waitFor({
      what: 'the end of up',
      probe: () => stepSeen(first, 'waiting for every member'),
      timeoutMs: 180_000,
      intervalMs: 10,
    });
    first.kill('SIGKILL');
    await first;
    await cluster.untilWritable();
    await makeKept();
    await cluster.run('down');
    const second = cluster.start('up');
    await waitFor({
      what: 'a start',
      probe: () => stepSeen(second, 'started coord-1'),
      timeoutMs: 180_000,
      intervalMs: 10,
    });
    second.kill('SIGINT');
    expect((await second).exitCode).toBe(130);
    await cluster.run('up');
    expect(await countKept()).toBe(100);
  });

  it("is kept where the record of its passwords is gone, which up reads from its members' files", async () => {
    cluster = await createTestCluster('e2e-kept', small);
    await cluster.run('up');
    await makeKept();
    await cluster.run('down');
    const { store } = await openRuntime(cluster);
    await store.remove('cluster.json');
    await cluster.run('up');
    expect(await countKept()).toBe(100);
  });

  it.skipIf(runtimeKind !== 'local')(
    'is kept where nothing tells of its cluster any more, and up refuses',
    async () => {
      cluster = await createTestCluster('e2e-kept', small);
      await cluster.run('up');
      await makeKept();
      await cluster.run('down');
      const folder = join(cluster.env['XDG_STATE_HOME'] ?? '', 'citus-ha', cluster.name);
      const members = await readdir(join(folder, 'members'));
      const told = ['state.json', 'store', ...members.map((name) => join('members', name, 'member.json'))];
      const aside = (name: string) => join(cluster.cwd, name.replaceAll('/', '-'));
      for (const name of told) await rename(join(folder, name), aside(name));
      expect(await cluster.try('up')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('DATA_LEFT') as string,
      });
      for (const name of told) await rename(aside(name), join(folder, name));
      await cluster.run('up');
      expect(await countKept()).toBe(100);
    },
  );
});

describe('two ups at a time', () => {
  it('make one cluster, the second finding nothing left to do', async () => {
    const cluster = await createTestCluster('e2e-twice', small);
    try {
      const runs = await Promise.all([cluster.try('up', '--json'), cluster.try('up', '--json')]);
      expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      const changes = runs.map(({ stdout }) => (JSON.parse(stdout) as { changes: string[] }).changes.length);
      expect(Math.min(...changes)).toBe(0);
      expect((await cluster.sql('SELECT 1')).rowCount).toBe(1);
    } finally {
      await cluster.destroy();
    }
  });
});

describe('an up that is interrupted', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.destroy());

  it('by Ctrl-C leaves nothing behind, and exits with 130', async () => {
    cluster = await createTestCluster('e2e-interrupt', small);
    const run = cluster.start('up');
    await waitFor({
      what: 'a worker to be started',
      probe: () => stepSeen(run, 'waiting for the servers'),
      timeoutMs: 180_000,
      intervalMs: 20,
    });
    run.kill('SIGINT');
    expect((await run).exitCode).toBe(130);
    expect(await readdir(join(cluster.cwd, 'state', 'citus-ha')).catch(() => [])).toEqual([]);
  });

  it.each(['created coord-1', 'started etcd', 'waiting for the servers', 'install the engine', 'register worker'])(
    'by a kill at "%s" is finished by the next one',
    async (moment) => {
      cluster = await createTestCluster('e2e-interrupt', small);
      const run = cluster.start('up');
      await waitFor({ what: moment, probe: () => stepSeen(run, moment), timeoutMs: 180_000, intervalMs: 10 });
      run.kill('SIGKILL');
      await run;
      await cluster.run('up');
      expect((await cluster.sql('SELECT * FROM citus_get_active_worker_nodes()')).rowCount).toBe(2);
      await cluster.untilHealthy();
    },
  );
});
