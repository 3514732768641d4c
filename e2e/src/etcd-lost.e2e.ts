import { waitFor } from '@citus-ha/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loseEtcd } from './support/lose-etcd.js';
import { openRuntime } from './support/runtime.js';
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
    expect(await cluster.try('start', 'coord-1')).toMatchObject({ exitCode: 3, stderr });
    const { message, fix } = await waitFor({
      what: 'status to say it too',
      probe: async () => (await cluster.status()).problems.find(({ code }) => code === 'WAITS_FOR_DATA'),
      timeoutMs: 60_000,
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
