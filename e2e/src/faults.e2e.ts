import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './support/cli.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const small = 'coordinators: { count: 1 }\nworkers: { count: 2 }';

/** Where what concerns processes and files of this machine has no meaning; docker-faults has what stands in its place. */
const inContainers = runtimeKind !== 'local';

describe('what keeps a cluster from coming up', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.destroy());

  const expectNothingLeft = async () => {
    expect(await readdir(join(cluster.cwd, 'state', 'citus-ha')).catch(() => [])).toEqual([]);
  };

  it('is named with place and fix where cluster.yaml is wrong', async () => {
    cluster = await createTestCluster('e2e-faults', 'wrokers: { count: 2 }');
    const { exitCode, stderr } = await cluster.try('up');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/cluster\.yaml:3:1 wrokers.*workers/) as string,
    });
    await writeFile(join(cluster.cwd, 'cluster.yaml'), 'name: e2e-faults\n');
  });

  it.skipIf(inContainers)('is a taken port, named with its owner', async () => {
    cluster = await createTestCluster('e2e-faults', small);
    const server = createServer().listen(cluster.ports.write, '127.0.0.1');
    try {
      const { exitCode, stderr } = await cluster.try('up');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('PORT_TAKEN');
      expect(stderr).toContain(`${cluster.ports.write}`);
      expect(stderr).toContain(`${process.pid}`);
    } finally {
      server.close();
    }
    await expectNothingLeft();
  });

  it.skipIf(inContainers)('is a missing program, named with its package', async () => {
    cluster = await createTestCluster('e2e-faults', `${small}\npostgres: { version: 16 }`);
    const place = { cwd: cluster.cwd, env: { ...cluster.env, CITUS_HA_POSTGRES_BIN: '' } };
    const { exitCode, stderr } = await cli(place, 'up', '--no-install');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('postgresql-16') as string });
    await expectNothingLeft();
  });

  it.skipIf(inContainers)('is an unreadable state, which is left as it is', async () => {
    cluster = await createTestCluster('e2e-faults', small);
    await cluster.run('up');
    await cluster.run('down');
    const state = join(cluster.cwd, 'state', 'citus-ha', 'e2e-faults', 'state.json');
    const whole = await readFile(state, 'utf8');
    await writeFile(state, whole.slice(0, 20));
    const { exitCode, stderr } = await cluster.try('up');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(state) as string });
    expect(await readFile(state, 'utf8')).toBe(whole.slice(0, 20));
    await writeFile(state, whole);
    await cluster.run('up');
  });

  it.skipIf(inContainers)('is data of another major version, which is kept', async () => {
    cluster = await createTestCluster('e2e-faults', small);
    await cluster.run('up');
    await cluster.run('down');
    const file = join(cluster.cwd, 'state', 'citus-ha', 'e2e-faults', 'members', 'worker1', 'data', 'db', 'PG_VERSION');
    const version = await readFile(file, 'utf8');
    await writeFile(file, '11\n');
    const { exitCode, stderr } = await cluster.try('up');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/worker1/);
    expect(stderr).toMatch(/11/);
    await writeFile(file, version);
    await cluster.run('up');
  });

  it('is a changed password, which is refused', async () => {
    cluster = await createTestCluster('e2e-faults', `${small}\ncredentials: { password: { env: E2E_PASSWORD } }`);
    const withPassword = (password: string) => ({ cwd: cluster.cwd, env: { ...cluster.env, E2E_PASSWORD: password } });
    expect((await cli(withPassword('first secret'), 'up')).exitCode).toBe(0);
    const refused = await cli(withPassword('another'), 'up');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('PASSWORD_CHANGED') as string });
  });
});

describe('a first up on a machine that fails it', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.destroy());

  it('names an etcd that ends, and leaves nothing behind', async () => {
    cluster = await createTestCluster('e2e-etcd', small);
    const run = cluster.start('up');
    await waitFor({ what: 'etcd', probe: () => stepSeen(run, 'started etcd'), timeoutMs: 60_000, intervalMs: 10 });
    await (await openRuntime(cluster)).kill('etcd');
    const { exitCode, stderr } = await run;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/error .*etcd/) as string });
    expect(stderr).toMatch(/fix: .*citus-ha logs etcd/);
    expect(await readdir(join(cluster.cwd, 'state', 'citus-ha')).catch(() => [])).toEqual([]);
  });

  it.skipIf(inContainers || process.getuid?.() !== 0)(
    'names the member that has no space left, and leaves nothing behind',
    async () => {
      cluster = await createTestCluster('e2e-disk', small);
      const state = join(cluster.cwd, 'state');
      await mkdir(state, { mode: 0o711 });
      await execa('mount', ['-t', 'tmpfs', '-o', 'size=48m,mode=711', 'tmpfs', state]);
      try {
        const { exitCode, stderr } = await cluster.try('up');
        expect({ exitCode, stderr }).toEqual({
          exitCode: 1,
          stderr: expect.stringMatching(/[Nn]o space left/) as string,
        });
        expect(stderr).toMatch(/error .*(etcd|coord-1|worker\d)/);
        expect(await readdir(join(state, 'citus-ha')).catch(() => [])).toEqual([]);
      } finally {
        await execa('umount', ['--lazy', state]);
      }
    },
  );
});

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
    await cluster.run('up');
    await cluster.untilHealthy();
  });

  it('waits for another one that works on the cluster, says so, and can be interrupted', async () => {
    const runtime = await openRuntime(cluster);
    await runtime.withLock('cluster', async () => {
      const run = cluster.start('up');
      await waitFor({ what: 'the wait', probe: () => stepSeen(run, 'waiting for process'), timeoutMs: 30_000 });
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
      timeoutMs: 60_000,
      intervalMs: 10,
    });
    first.kill('SIGKILL');
    await first;
    await makeKept();
    await cluster.run('down');
    const second = cluster.start('up');
    await waitFor({
      what: 'a start',
      probe: () => stepSeen(second, 'started coord-1'),
      timeoutMs: 60_000,
      intervalMs: 10,
    });
    second.kill('SIGINT');
    expect((await second).exitCode).toBe(130);
    await cluster.run('up');
    expect(await countKept()).toBe(100);
  });

  it('is kept where the record of its passwords is gone, and up refuses', async () => {
    cluster = await createTestCluster('e2e-kept', small);
    await cluster.run('up');
    await makeKept();
    await cluster.run('down');
    const { store } = await openRuntime(cluster);
    const record = (await store.read('cluster.json')) ?? '';
    await store.remove('cluster.json');
    expect(await cluster.try('up')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('PASSWORDS_LOST') as string,
    });
    await store.write('cluster.json', record);
    await cluster.run('up');
    expect(await countKept()).toBe(100);
  });
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
      timeoutMs: 30_000,
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
      await waitFor({ what: moment, probe: () => stepSeen(run, moment), timeoutMs: 60_000, intervalMs: 10 });
      run.kill('SIGKILL');
      await run;
      await cluster.run('up');
      expect((await cluster.sql('SELECT * FROM citus_get_active_worker_nodes()')).rowCount).toBe(2);
      expect((await cluster.status()).healthy).toBe(true);
    },
  );
});

const seen = new WeakMap<object, string>();

function stepSeen(run: ReturnType<TestCluster['start']>, text: string): boolean {
  if (!seen.has(run)) {
    seen.set(run, '');
    run.stderr?.on('data', (chunk: Buffer) => seen.set(run, (seen.get(run) ?? '') + chunk.toString()));
  }
  return (seen.get(run) ?? '').includes(text);
}
