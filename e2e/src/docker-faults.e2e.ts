import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './support/cli.js';
import { docker } from './support/docker.js';
import { ledgerTable, lostOf, startLedger, type Ledger } from './support/ledger.js';
import { loseEtcd } from './support/lose-etcd.js';
import { hasCitus, openRuntime, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const name = 'e2e-docker';
const small = 'coordinators: { count: 1 }\nworkers: { count: 2 }';

describe.skipIf(runtimeKind !== 'docker')('what happens to containers behind our back', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.destroy());

  it('is mended by the next up: a member that was removed, or that lost its address, with its data kept', async () => {
    cluster = await createTestCluster(name, small);
    await cluster.run('up');
    await cluster.sql('CREATE TABLE kept AS SELECT generate_series(1, 100)');
    await docker('rm', '-f', `${name}-coord-1-1`, `${name}-worker2-1`);
    const { changes } = JSON.parse(await cluster.run('up', '--json')) as { changes: readonly string[] };
    // Members are started at the same time.
    expect(changes.toSorted()).toEqual(['created coord-1', 'created worker2', 'started coord-1', 'started worker2']);
    expect((await cluster.sql('SELECT count(*)::int AS count FROM kept')).rows).toEqual([{ count: 100 }]);

    for (const act of ['disconnect', 'connect']) await docker('network', act, `${name}_default`, `${name}-coord-1-1`);
    const { members, problems } = await cluster.status();
    expect(problems.map(({ code, member }) => [code, member])).toContainEqual(['MEMBER_MISPLACED', 'coord-1']);
    const coordinator = members.find((member) => member.name === 'coord-1');
    expect(problems.find(({ member }) => member === 'coord-1')?.message).toContain(`at ${coordinator?.host},`);
    expect(JSON.parse(await cluster.run('up', '--json'))).toMatchObject({ changes: ['updated coord-1'] });
    expect((await cluster.sql('SELECT count(*)::int AS count FROM kept')).rows).toEqual([{ count: 100 }]);
  });

  it('is finished by the next up: one that was killed half-way', async () => {
    cluster = await createTestCluster(name, small);
    const first = cluster.start('up');
    let output = '';
    first.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const seen = () => output.includes('created worker1');
    await waitFor({ what: 'worker1 to be created', probe: seen, timeoutMs: 240_000, intervalMs: 10 });
    first.kill('SIGKILL');
    await first;
    await cluster.run('up');
    expect(await cluster.untilHealthy()).toMatchObject({ problems: [] });
  });

  it.skipIf(!hasCitus)('is settled by the leader: a transaction that a dead coordinator left prepared', async () => {
    cluster = await createTestCluster(name, small);
    await cluster.run('up');
    const prepared = async () => {
      const { rows } = await cluster.sql<{ count: string }>(
        "SELECT result AS count FROM run_command_on_workers('SELECT count(*) FROM pg_prepared_xacts')",
      );
      return rows.map(({ count }) => Number(count)).reduce((sum, count) => sum + count, 0);
    };
    const statement = "BEGIN; CREATE TABLE left_behind (id int); PREPARE TRANSACTION 'citus_0_1_987654321_0'";
    await docker('exec', `${name}-worker1-1`, 'psql', '-c', statement);
    expect(await prepared()).toBe(1);
    await waitFor({
      what: 'it to be rolled back',
      probe: async () => (await prepared()) === 0,
      timeoutMs: 90_000,
    });
  });

  it('loses nothing though etcd lost its data, whichever coordinator the engine starts first', async () => {
    cluster = await createTestCluster(name, 'workers: { count: 1 }\nshards: { replicationFactor: 1 }');
    await cluster.run('up');
    const { name: leader } = await cluster.leader();
    const stale = leader === 'coord-1' ? 'coord-2' : 'coord-1';
    await cluster.sql('CREATE TABLE kept AS SELECT generate_series(1, 100)');
    await docker('stop', `${name}-${stale}-1`);
    await cluster.sql('INSERT INTO kept SELECT generate_series(1, 1000)');
    await loseEtcd(await openRuntime(cluster));
    for (const member of ['etcd', stale, 'worker1', 'haproxy']) await docker('start', `${name}-${member}-1`);
    await waitFor({
      what: `${stale} to say whom it waits for`,
      probe: async () => (await docker('logs', `${name}-${stale}-1`)).includes(`waits for ${leader}`),
      timeoutMs: 180_000,
    });
    await docker('start', `${name}-${leader}-1`);
    // It is for up to close an etcd that begins anew.
    await cluster.run('up');
    expect((await cluster.sql('SELECT count(*)::int AS count FROM kept')).rows).toEqual([{ count: 1100 }]);
    expect((await cluster.leader()).name).toBe(leader);
  });

  it.each(['kill', 'stop'])(
    'docker %s of the leader under load loses nothing, and docker start rejoins it',
    async (command) => {
      cluster = await createTestCluster(name);
      await cluster.run('up');
      await cluster.sql(ledgerTable);
      const ledger: Ledger = startLedger(await cluster.uri());
      await ledger.untilWritten();
      const old = await cluster.leader();
      await docker(command, `${name}-${old.name}-1`);
      await cluster.untilLeaderIsNot(old.name);
      await ledger.untilWritten();
      await docker('start', `${name}-${old.name}-1`);
      const healed = await cluster.untilHealthy();
      expect(healed.members.find((member) => member.name === old.name)?.role).toBe('sync_standby');
      const result = await ledger.stop();
      const { rows } = await cluster.sql<{ id: string }>('SELECT id FROM ledger');
      expect(lostOf(result, rows)).toEqual([]);
      console.info(`write gap after docker ${command} of the leader: ${Math.round(result.longestGapMs)} ms`);
    },
  );
});

describe.skipIf(runtimeKind !== 'docker')('what keeps containers from coming up', () => {
  let cluster: TestCluster;
  const made: string[][] = [];
  const make = async (undo: string[], ...command: readonly string[]) => {
    made.push(undo);
    await docker(...command);
  };
  beforeEach(async () => {
    cluster = await createTestCluster(name, small);
  });
  afterEach(async () => {
    for (const undo of made.splice(0)) await docker(...undo);
    await cluster.destroy();
  });
  const refusedUp = async () => {
    const { exitCode, stderr } = await cluster.try('up');
    if (exitCode === 0) throw new Error(`up succeeded: ${stderr}`);
    return stderr;
  };

  it.each([
    ['a state that cannot be read', (state: string) => state.slice(0, 20), /STATE_UNREADABLE/],
    [
      'data of another major version',
      (state: string) => state.replace(/"postgres":\d+/, '"postgres":11'),
      /PostgreSQL 11[^]*DATA_VERSION/,
    ],
  ])('is %s, which is left as it is, and can be removed', async (_, change, refusal) => {
    await cluster.run('up');
    await cluster.run('down');
    const { store } = await openRuntime(cluster);
    const state = (await store.read('docker.json')) ?? '';
    await store.write('docker.json', change(state));
    expect(await refusedUp()).toMatch(refusal);
    expect(await store.read('docker.json')).toBe(change(state));
  });

  it('is a container that has the name of one', async () => {
    const taken = `${name}-worker1-1`;
    await make(['rm', '-f', taken], 'create', '--name', taken, 'citus-ha/empty:1', 'nothing');
    expect(await refusedUp()).toMatch(
      new RegExp(`${taken} is taken by a container of citus-ha/empty:1.*CONTAINER_TAKEN`),
    );
  });

  it('is a volume of somebody else, which is left alone', async () => {
    const taken = `${name}_worker1-data`;
    await make(['volume', 'rm', taken], 'volume', 'create', taken);
    expect(await refusedUp()).toMatch(new RegExp(`${taken}.*VOLUME_TAKEN`));
    expect(await docker('volume', 'ls', '--quiet')).toContain(taken);
  });

  it('is a network of somebody else, which is left alone', async () => {
    const taken = `${name}_default`;
    await make(['network', 'rm', taken], 'network', 'create', '--label', `com.docker.compose.project=${name}`, taken);
    expect(await refusedUp()).toMatch(new RegExp(`${taken}.*NETWORK_TAKEN`));
    expect(await docker('network', 'ls', '--format', '{{.Name}}')).toContain(taken);
  });

  it('is data of an earlier cluster whose passwords are gone', async () => {
    const left = `${name}_worker1-data`;
    const labels = [`com.docker.compose.project=${name}`, 'com.docker.compose.volume=worker1-data'];
    await make(['volume', 'rm', left], 'volume', 'create', ...labels.flatMap((label) => ['--label', label]), left);
    expect(await refusedUp()).toMatch(new RegExp(`${left}.*VOLUMES_LEFT`));
    expect(await docker('volume', 'ls', '--quiet')).toContain(left);
  });

  it('is a port of a container, named with it', async () => {
    const proxy = `${name}-other`;
    const publish = `127.0.0.1:${cluster.ports.write}:5000`;
    const image =
      (await docker('images', '--filter', 'reference=citus-ha/proxy', '--format', '{{.ID}}')).split('\n')[0] ?? '';
    await make(['rm', '-f', proxy], 'run', '-d', '--name', proxy, '-p', publish, image, 'sleep', '600');
    expect(await refusedUp()).toMatch(new RegExp(`${cluster.ports.write}.*${proxy}.*PORT_TAKEN`));
  });

  it('is an image that cannot be built, with the last lines of the build', async () => {
    const file = join(cluster.cwd, 'cluster.yaml');
    const { write, read, stats } = cluster.ports;
    const ports = `proxy: { ports: { write: ${write}, read: ${read}, stats: ${stats} } }`;
    await writeFile(file, `name: ${name}\n${ports}\nruntime: docker\ndocker: { baseImage: 'citus-ha/empty:1' }\n`);
    expect(await refusedUp()).toMatch(/image cannot be built[^]*Step [^]*BUILD_FAILED/);
  });

  it('is an engine that does not answer', async () => {
    const place = { cwd: cluster.cwd, env: { ...cluster.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' } };
    expect(await cli(place, 'up')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/ENGINE_UNREACHABLE[^]*fix:/) as string,
    });
  });
});
