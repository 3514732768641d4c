import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { waitFor } from '@citus-ha/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRuntime } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

const folder = fileURLToPath(new URL('../../examples/clients/', import.meta.url));
const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const seconds = '60';

/** It is left out where python3-psycopg2 is not installed. */
const { exitCode: withoutPsycopg } = await execa('/usr/bin/python3', ['-c', 'import psycopg2'], { reject: false });

const commands = {
  libpq: ['sh', `${folder}libpq.sh`],
  'node-postgres': ['node', `${folder}node-postgres.cjs`],
  ...(withoutPsycopg === 0 && { psycopg: ['/usr/bin/python3', `${folder}psycopg.py`] }),
};

describe('the clients of examples/clients', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-clients', 'sentinel: { enabled: true }');
    await cluster.run('up');
    await cluster.sql('CREATE TABLE notes (client text, id bigint, PRIMARY KEY (client, id))');
  });
  afterAll(() => cluster.destroy());

  it('are each interrupted once by a failover, and lose nothing that was acknowledged', async () => {
    const [proxy, hosts] = await Promise.all([cluster.uri(), cluster.uri('--hosts')]);
    expect(hosts).toContain('target_session_attrs=read-write');
    const running = Object.entries(commands).map(([name, [program = '', ...args]]) => {
      const env = { DATABASE_URL: name === 'libpq' ? hosts : proxy, NODE_PATH: modules };
      return { name, run: execa(program, [...args, seconds], { env }) };
    });
    const told = new Map<string, string[]>(running.map(({ name }) => [name, []]));
    for (const { name, run } of running) {
      run.stdout.on('data', (chunk: Buffer) => told.get(name)?.push(...chunk.toString().trim().split('\n')));
    }
    const untilAllWrite = async () => {
      const before = new Map([...told].map(([name, lines]) => [name, lines.length]));
      await waitFor({
        what: 'every client to write',
        probe: () => [...told].every(([name, lines]) => lines.length > (before.get(name) ?? 0) + 3),
        timeoutMs: 60_000,
      });
    };
    await untilAllWrite();
    const old = await cluster.leader();
    await (await openRuntime(cluster)).kill(old.name);
    await cluster.untilLeaderIsNot(old.name);
    await untilAllWrite();
    await Promise.all(running.map(({ run }) => run));
    const { rows } = await cluster.sql<{ client: string; id: string }>('TABLE notes');
    for (const [name, lines] of told) {
      const ids = lines.filter((line) => line.startsWith('ok ')).map((line) => line.slice(3));
      const present = new Set(rows.filter(({ client }) => client === name).map(({ id }) => id));
      expect(ids.filter((id) => !present.has(id))).toEqual([]);
      expect(lines.filter((line) => line.startsWith('again ')).length).toBeLessThanOrEqual(1);
    }
  });
});
