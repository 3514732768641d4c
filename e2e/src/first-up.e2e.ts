import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { cli } from './support/cli.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { stepSeen } from './support/step-seen.js';
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

  it('is a changed password, which is refused until the servers have it', async () => {
    cluster = await createTestCluster('e2e-faults', `${small}\ncredentials: { password: { env: E2E_PASSWORD } }`);
    const withPassword = (password: string) => ({ cwd: cluster.cwd, env: { ...cluster.env, E2E_PASSWORD: password } });
    expect((await cli(withPassword('first secret'), 'up')).exitCode).toBe(0);
    const refused = await cli(withPassword('another'), 'up');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('PASSWORD_CHANGED') as string });
    const change = ['-qc', 'SET citus.enable_ddl_propagation TO off', '-qc', "ALTER ROLE postgres PASSWORD 'another'"];
    const { members } = await cluster.status();
    for (const { name } of members.filter(({ kind }) => kind === 'worker' || kind === 'coordinator')) {
      const changed = await cli(withPassword('first secret'), 'psql', '--member', name, ...change);
      expect(changed).toMatchObject({ exitCode: 0 });
    }
    expect(await cli(withPassword('another'), 'up')).toMatchObject({ exitCode: 0 });
    expect(await cli(withPassword('another'), 'status')).toMatchObject({ exitCode: 0 });
  });
});

describe('a first up on a machine that fails it', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.destroy());

  it('names an etcd that ends, and leaves nothing behind', async () => {
    cluster = await createTestCluster('e2e-etcd', small);
    const run = cluster.start('up');
    await waitFor({ what: 'etcd', probe: () => stepSeen(run, 'started etcd'), timeoutMs: 180_000, intervalMs: 10 });
    await (await openRuntime(cluster)).kill('etcd');
    const { exitCode, stderr } = await run;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/error .*etcd/) as string });
    expect(stderr).toMatch(/fix: .*what this run had made is removed/);
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
