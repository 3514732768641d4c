import { waitFor } from '@citus-ha/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerTable, lostOf, startLedger } from './support/ledger.js';
import { openRuntime } from './support/runtime.js';
import { createTestCluster, freePorts, type TestCluster } from './support/test-cluster.js';

describe('the pooled endpoint', () => {
  let cluster: TestCluster;
  let pooled: string;
  /** The same as an ordinary role. */
  let asRole: string;

  beforeAll(async () => {
    const [port] = await freePorts(1);
    cluster = await createTestCluster('e2e-pooler', `pooler: { count: 1, port: ${port} }`);
    await cluster.run('up');
    pooled = await cluster.uri('--pooled');
    await cluster.sql("CREATE ROLE shop LOGIN PASSWORD 'of the shop'");
    const uri = new URL(pooled);
    uri.username = 'shop';
    uri.password = 'of the shop';
    asRole = uri.href;
    await cluster.sql(`${ledgerTable}; GRANT ALL ON ledger TO shop`);
  });
  afterAll(() => cluster.destroy());

  it('is told by up, uri and status, and serves the superuser and ordinary roles', async () => {
    const { endpoints, members } = await cluster.untilHealthy();
    expect(endpoints.pooled).toEqual({ host: '127.0.0.1', port: Number(new URL(pooled).port) });
    expect(members.find(({ name }) => name === 'pgbouncer')).toMatchObject({ kind: 'pooler', state: 'running' });
    for (const uri of [pooled, asRole]) {
      expect((await cluster.sql('SELECT pg_is_in_recovery() AS standby', uri)).rows).toEqual([{ standby: false }]);
    }
    await expect(cluster.sql("SELECT citus_ha_pooler_login('postgres')", asRole)).rejects.toThrow('permission denied');
  });

  it.each(['switchover', 'restart'])('lets clients wait while a %s goes on: none gets an error', async (command) => {
    const { name } = await cluster.leader();
    const ledger = startLedger(pooled);
    await ledger.untilWritten();
    const { stderr, exitCode } = await cluster.try(command, ...(command === 'restart' ? [name] : []), '--yes');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(/waited [\d.]+m?s/) as string });
    await ledger.untilWritten();
    const result = await ledger.stop();
    const { rows } = await cluster.sql<{ id: string }>('SELECT id FROM ledger');
    expect({ failed: result.failed, lost: lostOf(result, rows) }).toEqual({ failed: 0, lost: [] });
    await cluster.untilHealthy();
  });

  it('refuses a switchover while a transaction stays open, and names it', async () => {
    const client = new Client({ connectionString: pooled, application_name: 'slow-report' });
    await client.connect();
    await client.query('BEGIN; SELECT 1');
    const before = await cluster.leader();
    const { exitCode, stderr } = await cluster.try('switchover', '--yes');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/pid \d+ of postgres \(slow-report\)/);
    await client.query('COMMIT');
    await client.end();
    expect((await cluster.leader()).name).toBe(before.name);
    await cluster.sql('SELECT 1', asRole);
  });

  it('keeps prepared statements where doctor says so', async ({ skip }) => {
    const said = (await cluster.try('doctor')).stdout;
    skip(!said.includes('of the protocol work over the pooled endpoint'), 'PgBouncer is older than 1.21');
    const client = new Client({ connectionString: asRole });
    await client.connect();
    for (const id of [1, 2, 3]) {
      await client.query({ name: 'one', text: 'INSERT INTO ledger (id) VALUES ($1)', values: [-id] });
    }
    await client.end();
    const { rowCount } = await cluster.sql('SELECT FROM ledger WHERE id IN (-1, -2, -3)', pooled);
    expect(rowCount).toBe(3);
  });

  it('serves again after the leader was lost', async () => {
    const { name } = await cluster.leader();
    await (await openRuntime(cluster)).kill(name);
    await cluster.untilLeaderIsNot(name);
    const written = await waitFor({
      what: 'the pooled endpoint to take a write',
      probe: async () => (await cluster.sql(`INSERT INTO ledger (id) VALUES (${-Date.now()})`, asRole)).rowCount === 1,
      timeoutMs: 120_000,
    });
    expect(written).toBe(true);
  });
});
