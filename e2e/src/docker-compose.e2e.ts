import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, findCompose } from './support/docker.js';
import { hasCitus, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const name = 'e2e-compose';
const setupContainer = () => {
  const filters = [`label=com.docker.compose.project=${name}`, 'label=io.citus-ha.setup'];
  return docker('ps', '-aq', ...filters.flatMap((filter) => ['--filter', filter]));
};
const compose = runtimeKind === 'docker' ? await findCompose() : undefined;

/** The plain Debian that the engine has, from the set-up of these tests at the latest: Compose itself can make none. */
async function plainBase(): Promise<string> {
  const local = await docker('images', '--format', '{{.Repository}}:{{.Tag}}');
  return local.includes('debian:trixie-slim') ? 'debian:trixie-slim' : 'citus-ha/debian:trixie';
}

describe.skipIf(compose === undefined)('a rendered compose.yaml (skipped without an engine and Compose)', () => {
  let cluster: TestCluster;
  const run = async (...args: readonly string[]) => {
    const [file = '', ...rest] = compose ?? [];
    return (await execa(file, [...rest, ...args], { cwd: join(cluster.cwd, 'rendered') })).stdout;
  };

  beforeAll(async () => {
    cluster = await createTestCluster(
      name,
      hasCitus ? '' : `engine: standin\ndocker: { baseImage: '${await plainBase()}' }`,
    );
    await cluster.run('render', '-o', 'rendered');
    await run('up', '-d');
  });
  afterAll(() => cluster.destroy());

  it('is a cluster by itself, which status adopts', async () => {
    if (hasCitus) {
      await cluster.untilHealthy();
    } else {
      await cluster.run('bootstrap');
    }
    const { members, engine, nodes } = await cluster.untilHealthy();
    expect(members.map(({ container }) => container?.name)).toContain(`${name}-coord-1-1`);
    expect(engine.kind).toBe(hasCitus ? 'citus' : 'standin');
    expect(nodes.filter(({ groupId }) => groupId > 0)).toHaveLength(3);
  });

  it.runIf(hasCitus)('registers the workers only once, however often setup runs', async () => {
    await run('up', 'setup');
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', await setupContainer())).toBe('0');
    expect((await cluster.status()).nodes.filter(({ groupId }) => groupId > 0)).toHaveLength(3);
  });

  it('takes commands as any other cluster does, and up finds nothing to do', async () => {
    await cluster.untilWritable();
    await cluster.sql("CREATE TABLE kept (id int); SELECT create_distributed_table('kept', 'id')");
    await cluster.sql('INSERT INTO kept SELECT generate_series(1, 100)');
    const { name: first } = await cluster.leader();
    await cluster.run('switchover', '--yes');
    expect(await cluster.run('exec', 'worker1', '--', 'hostname')).toContain('worker1');
    expect((await cluster.run('exec', 'worker1', '--', 'id', '-u')).trim()).toBe('999');
    await cluster.untilHealthy();
    await cluster.run('switchover', '--to', first, '--yes');
    await cluster.untilHealthy();
    expect(JSON.parse(await cluster.run('up', '--json'))).toMatchObject({ changes: [] });
    expect((await cluster.sql('SELECT count(*)::int AS count FROM kept')).rows).toEqual([{ count: 100 }]);
  });
});
