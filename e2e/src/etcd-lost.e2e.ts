import { readFile, rename, rm } from 'node:fs/promises';
import { waitFor } from '@citus-ha/core';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loseEtcd } from './support/lose-etcd.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import type { CliRun } from './support/cli.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const yaml = 'coordinators: { count: 3 }\nworkers: { count: 1 }\nshards: { replicationFactor: 1 }';

describe('a cluster whose etcd has lost its data, while coord-3 alone has the last rows', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-etcd-lost', yaml);
    await cluster.run('up');
    if ((await cluster.leader()).name !== 'coord-3') await cluster.run('switchover', '--to', 'coord-3', '--yes');
    await cluster.untilWritable();
    await cluster.sql('CREATE TABLE kept AS SELECT generate_series(1, 100)');
    for (const name of ['coord-1', 'coord-2']) {
      await cluster.run('stop', name, '--yes');
      await cluster.sql('INSERT INTO kept SELECT generate_series(1, 1000)');
    }
    await loseEtcd(await openRuntime(cluster));
  });
  afterAll(() => cluster.destroy());

  it('lets no other one lead, which says whom it waits for', async () => {
    await cluster.run('start', 'etcd');
    const waits = 'coord-1 waits for coord-2, coord-3';
    const stderr = expect.stringContaining(waits) as string;
    expect(await startUntilItWaits(cluster, 'coord-1')).toMatchObject({ exitCode: 3, stderr });
    const { message, fix } = await waitFor({
      what: 'status to say it too',
      probe: async () => (await cluster.status()).problems.find(({ code }) => code === 'WAITS_FOR_DATA'),
      timeoutMs: 180_000,
      intervalMs: 500,
    });
    expect(message).toContain(waits);
    expect(fix).toContain('citus-ha start coord-1 --allow-loss');
    expect(await cluster.try('start', 'coord-1', '--allow-loss')).toMatchObject({ exitCode: 2 });
  });

  it('has every row after the next up', async () => {
    await cluster.run('up');
    expect((await cluster.leader()).name).toBe('coord-3');
    expect((await cluster.sql('SELECT count(*)::int AS count FROM kept')).rows).toEqual([{ count: 2100 }]);
  });
});

/** On a busy machine a coordinator may not have looked at its data yet when the command ends. */
function startUntilItWaits(cluster: TestCluster, name: string): Promise<CliRun> {
  return waitFor({
    what: `${name} to say for whom it waits`,
    probe: async () => {
      const run = await cluster.try('start', name);
      return run.exitCode !== 0 && run;
    },
    timeoutMs: 180_000,
  });
}

// Where data are is known here only of processes.
describe.runIf(runtimeKind === 'local')('a cluster whose etcd is put back to before its standby was stopped', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-etcd-back', 'workers: { count: 1 }\nshards: { replicationFactor: 1 }');
    await cluster.run('up');
  });
  afterAll(() => cluster.destroy());

  it('lets the standby lead no more than with the etcd that it was stopped under, and has every row after up', async () => {
    const runtime = await openRuntime(cluster);
    const folderOf = async (name: string) => (await runtime.site())?.members[name]?.dataDir ?? '';
    const [etcd, leader] = [await folderOf('etcd'), (await cluster.leader()).name];
    const standby = leader === 'coord-1' ? 'coord-2' : 'coord-1';
    await cluster.sql('CREATE TABLE kept AS SELECT generate_series(1, 100)');
    await cluster.run('stop', 'etcd', '--yes');
    await execa('cp', ['-a', etcd, `${etcd}.backup`]);
    await cluster.run('start', 'etcd');
    const remembered = async () => readFile(`${await folderOf(standby)}.etcd.json`, 'utf8');
    const before = await remembered();
    await waitFor({
      what: `${standby} to see etcd again`,
      probe: async () => (await remembered()) !== before,
      timeoutMs: 90_000,
      intervalMs: 500,
    });
    await cluster.untilHealthy();
    await cluster.run('stop', standby, '--yes');
    await cluster.untilWritable();
    await cluster.sql('INSERT INTO kept SELECT generate_series(1, 1000)');
    for (const { name } of await runtime.members()) await runtime.kill(name);
    await rm(etcd, { recursive: true });
    await rename(`${etcd}.backup`, etcd);

    await cluster.run('start', 'etcd');
    const stderr = expect.stringContaining(`${standby} waits for ${leader}`) as string;
    expect(await startUntilItWaits(cluster, standby)).toMatchObject({ exitCode: 3, stderr });
    await cluster.run('up');
    expect((await cluster.leader()).name).toBe(leader);
    expect((await cluster.sql('SELECT count(*)::int AS count FROM kept')).rows).toEqual([{ count: 1100 }]);
  });
});
