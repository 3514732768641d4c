import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCluster, leaderOf, type TestCluster } from './support/test-cluster.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe("what the README's first section tells to type", () => {
  let cluster: TestCluster;
  const type = (...words: readonly string[]) =>
    execa(words[0] ?? '', words.slice(1), {
      cwd: root,
      env: { ...cluster.env, CITUS_HA_CONFIG: join(cluster.cwd, 'cluster.yaml') },
      stdin: 'ignore',
    });
  const count = async (sql: string) => Number((await cluster.sql<{ count: string }>(sql)).rows[0]?.count);

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-readme', 'sentinel: { enabled: true }');
  });
  afterAll(() => cluster.destroy());

  it(
    'npm run up brings up the cluster with the demo in it, and prints the endpoints',
    { timeout: 300_000 },
    async () => {
      const { stdout } = await type('npm', 'run', 'up');
      expect(stdout).toContain(`127.0.0.1:${cluster.ports.write}/postgres`);
      expect(await count('SELECT count(*) FROM rooms')).toBe(10_000);
    },
  );

  it('psql with its uri answers the three workers', async () => {
    const uri = (await type('npm', 'run', '-s', 'citus-ha', '--', 'uri')).stdout;
    const { stdout } = await execa('psql', [uri, '-Atc', 'SELECT * FROM citus_get_active_worker_nodes()']);
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  it('npm run -s citus-ha -- status says that it is healthy', async () => {
    await cluster.untilHealthy();
    expect((await type('npm', 'run', '-s', 'citus-ha', '--', 'status')).stdout).toContain('healthy');
  });

  it('turbo run up and npm run demo find all of it there', { timeout: 300_000 }, async () => {
    const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      packageManager: string;
    };
    await type('npx', '--yes', packageManager, 'turbo', 'run', 'up');
    await type('npm', 'run', 'demo');
    expect(await count('SELECT count(*) FROM rooms')).toBe(10_000);
  });

  it('failover --to makes the named coordinator lead', async () => {
    const status = await cluster.untilHealthy();
    const to = leaderOf(status).name === 'coord-1' ? 'coord-2' : 'coord-1';
    await type('npm', 'run', '-s', 'citus-ha', '--', 'failover', '--to', to, '--yes');
    await cluster.untilHealthy();
    expect((await cluster.leader()).name).toBe(to);
  });

  it('npm run down stops it, and the data stays', async () => {
    await type('npm', 'run', 'down');
    expect((await cluster.try('status')).exitCode).toBe(3);
    expect((await cluster.try('down')).stderr).toContain('nothing to do');
  });
});
