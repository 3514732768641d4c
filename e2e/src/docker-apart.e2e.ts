import type { TrialResult } from '@citus-ha/chaos';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apart, type Apart } from './support/apart.js';
import { runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

describe.skipIf(runtimeKind !== 'docker')('an engine of which only its API is reached', () => {
  let cluster: TestCluster;
  let place: Apart;

  const sql = async (command: string, ...options: readonly string[]) =>
    (await cluster.run('psql', ...options, '-XAtc', command)).trim();

  beforeAll(async () => {
    place = await apart('psql');
    cluster = await createTestCluster('e2e-apart', '', place.within);
    await cluster.run('up');
  });
  afterAll(async () => {
    await cluster.destroy();
    await place.dispose();
  });

  it('is not reached by the addresses of its containers, nor by programs that only Linux has', async () => {
    const { host } = await cluster.leader();
    const [program = '', ...words] = place.within;
    const connect = `require('net').connect(8008, '${host}').on('connect', () => process.exit(1)).on('error', (e) => console.log(e.code))`;
    const { stdout } = await execa(program, [...words, process.execPath, '-e', connect]);
    expect(stdout).toBe('ENETUNREACH');
    for (const missing of ['unshare', 'setpriv', 'getent', 'ip'])
      expect(
        (await execa(program, [...words, '/bin/sh', '-c', `command -v ${missing}`], { reject: false })).exitCode,
      ).not.toBe(0);
  });

  it('shows a healthy cluster', async () => {
    const status = await cluster.untilHealthy();
    expect(status).toMatchObject({ runtime: 'docker', problems: [], late: [] });
    expect(await cluster.run('doctor')).not.toMatch(/^(problem|unknown)/m);
  });

  it('gives psql the write and the read endpoint, and each member', async () => {
    await sql('CREATE TABLE far (id bigint PRIMARY KEY, what text)');
    await sql("SELECT create_distributed_table('far', 'id')");
    await sql("INSERT INTO far SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) n");
    expect(await sql('SELECT count(*), sum(length(what)) FROM far')).toBe('5000|5000000');
    expect((await sql('SELECT * FROM far')).split('\n')).toHaveLength(5000);
    expect(await sql('SELECT pg_is_in_recovery()', '--read')).toBe('t');
    expect(await sql('SELECT pg_is_in_recovery()', '--member', 'worker1')).toBe('f');
  });

  it('shows where the shards are', async () => {
    const shards = JSON.parse(await cluster.run('shards', 'far', '--json')) as readonly { readonly host: string }[];
    expect(new Set(shards.map(({ host }) => host))).toEqual(new Set(['worker1', 'worker2', 'worker3']));
  });

  it('moves the leader', async () => {
    const before = await cluster.leader();
    await cluster.run('switchover', '--yes');
    expect((await cluster.leader()).name).not.toBe(before.name);
    await cluster.untilHealthy();
  });

  it('passes the seed suite of chaos', { timeout: 900_000 }, async () => {
    const { stdout, stderr } = await cluster.try('chaos', 'run', '--suite', 'seed', '--json', '-o', 'seed');
    expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringContaining('"runs"') as string });
    const { runs } = JSON.parse(stdout) as { runs: readonly { readonly trials: readonly TrialResult[] }[] };
    const trials = runs.flatMap((run) => run.trials);
    expect(trials).toHaveLength(3);
    for (const trial of trials) {
      expect(trial.acked).toBeGreaterThan(0);
      expect(trial).toMatchObject({ lost: 0, duplicated: 0, redundancyRestoredMs: expect.any(Number) as number });
      expect(
        trial.checks.filter(({ name, valid }) => ['fault', 'leaders', 'redundancy'].includes(name) && valid !== true),
      ).toEqual([]);
    }
    await cluster.untilHealthy();
  });

  it('ends and comes back with its data', async () => {
    await cluster.run('down', '--yes');
    await cluster.run('up');
    expect(await sql('SELECT count(*) FROM far')).toBe('5000');
  });
});
