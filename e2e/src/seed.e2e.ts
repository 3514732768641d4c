import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execa } from 'execa';
import { demoPath } from './support/cli.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

/** The High Availability Testing section of the user's own design, step by step. */
describe("the seed's tests", () => {
  let cluster: TestCluster;
  let stopped: string;
  const countRooms = async () =>
    Number((await cluster.sql<{ count: string }>('SELECT count(*) FROM rooms')).rows[0]?.count);

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-seed', 'sentinel: { enabled: true }');
    await cluster.run('up');
    await execa(process.execPath, [demoPath, 'load', '--uri', '-', '--rooms', '100'], { input: await cluster.uri() });
  });
  afterAll(() => cluster.destroy());

  it('Test 1: stops the leader, and another one takes over on the same endpoint', async () => {
    stopped = (await cluster.leader()).name;
    await cluster.run('stop', stopped, '--yes');
    await cluster.untilLeaderIsNot(stopped);
    const list = await cluster.run(
      'exec',
      stopped === 'coord-1' ? 'coord-2' : 'coord-1',
      '--',
      'sh',
      '-c',
      'patronictl list',
    );
    expect(list).toContain('Leader');
    await cluster.untilWritable();
    expect(await countRooms()).toBe(100);
  });

  it('Test 2: stops one worker, and reads and writes go on with the other placements', async () => {
    await cluster.run('stop', 'worker1', '--yes');
    expect(await countRooms()).toBe(100);
    await cluster.sql('DELETE FROM rooms WHERE id = -1');
    expect((await cluster.sql('SELECT * FROM citus_get_active_worker_nodes()')).rowCount).toBe(2);
    const { exitCode } = await cluster.try('status');
    expect(exitCode).toBe(3);
  });

  it('Test 3: starts what was stopped, and all of it recovers', async () => {
    await cluster.run('start', stopped);
    await cluster.run('start', 'worker1');
    const { members } = await cluster.untilHealthy();
    expect((await cluster.sql('SELECT * FROM citus_get_active_worker_nodes()')).rowCount).toBe(3);
    expect(members.find(({ name }) => name === stopped)).toMatchObject({ role: 'sync_standby', state: 'streaming' });
    await cluster.sql('INSERT INTO rooms SELECT * FROM rooms WHERE false');
    expect(await countRooms()).toBe(100);
  });
});
