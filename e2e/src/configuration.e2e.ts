import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

describe("a running cluster's configuration", () => {
  let cluster: TestCluster;
  let file: string;
  let before: string;

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-config');
    file = join(cluster.cwd, 'cluster.yaml');
    before = await readFile(file, 'utf8');
    await cluster.run('up');
  });
  afterEach(() => writeFile(file, before));
  afterAll(() => cluster.destroy());

  /** A leader may be new, and takes a changed setting at its next look at the configuration. */
  const untilSettingIs = (name: string, value: string) =>
    waitFor({
      what: `${name} to be ${value}`,
      probe: async () => (await cluster.try('psql', '-Atc', `SHOW ${name}`)).stdout === value,
      timeoutMs: 120_000,
      intervalMs: 200,
    });

  it('edits the dynamic configuration, shows the change, and lets it survive a switchover', async () => {
    const edited = await cluster.run('config', 'edit', '--set', 'postgresql.parameters.work_mem=9MB', '--yes');
    expect(edited).toContain('+     work_mem: 9MB');
    await cluster.run('switchover', '--yes');
    await cluster.untilHealthy();
    await untilSettingIs('work_mem', '9MB');
    expect(await cluster.run('psql', '--', '-Atc', 'SHOW citus.shard_count')).toBe('3');
    expect(await cluster.run('config', 'show')).toContain('work_mem: 9MB');
    const entries = await waitFor({
      what: 'the new leader to write down the switchover',
      probe: async () => {
        const history = JSON.parse(await cluster.run('history', '--json')) as unknown[];
        return history.length > 0 && history;
      },
      timeoutMs: 120_000,
    });
    expect(entries).toHaveLength(1);
  });

  it('refuses a dynamic configuration that Patroni does not know or cluster.yaml decides', async () => {
    for (const set of ['loop_wiat=1', 'ttl=5', 'postgresql.parameters.citus.shard_count=7']) {
      const refused = await cluster.try('config', 'edit', '--set', set, '--yes');
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CONFIG_INVALID') as string });
    }
  });

  it('refuses what PostgreSQL refuses, and to restart a server into what was written past it', async () => {
    const wrong = await cluster.try('config', 'edit', '--set', 'postgresql.parameters.work_mem=lots', '--yes');
    const said = expect.stringContaining('invalid value for parameter "work_mem": "lots"') as string;
    expect(wrong).toMatchObject({ exitCode: 2, stderr: said });
    const leader = await cluster.leader();
    const password = new URL(await cluster.uri()).password;
    await fetch(`http://${leader.host}:8008/config`, {
      method: 'PATCH',
      headers: { authorization: `Basic ${btoa(`citus-ha:${decodeURIComponent(password)}`)}` },
      body: JSON.stringify({ postgresql: { parameters: { shared_buffers: '999GB' } } }),
    });
    const refused = await cluster.try('restart', leader.name, '--yes');
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('of memory that the machine has') as string,
    });
    expect(refused.stderr).toContain('config edit --group 0 --set postgresql.parameters.NAME=');
    await cluster.run('config', 'edit', '--set', 'postgresql.parameters.shared_buffers=', '--yes');
    await cluster.untilHealthy();
  });

  it('names a setting that ALTER SYSTEM has put before what is promised, until it is reset', async () => {
    const leader = (await cluster.leader()).name;
    const onLeader = (...commands: readonly string[]) =>
      cluster.run('exec', leader, '--', 'psql', ...commands.flatMap((sql) => ['-c', sql]));
    await onLeader('ALTER SYSTEM SET synchronous_commit = off', 'SELECT pg_reload_conf()');
    const problems = await waitFor({
      what: 'status to name it',
      probe: async () => {
        const found = (await cluster.status()).problems;
        return found.length > 0 && found;
      },
      timeoutMs: 120_000,
    });
    expect(problems).toMatchObject([{ code: 'SETTING_UNSAFE', member: leader }]);
    expect((await cluster.try('doctor')).stdout).toMatch(/problem +settings: .*postgresql\.auto\.conf/);
    await onLeader('ALTER SYSTEM RESET synchronous_commit', 'SELECT pg_reload_conf()');
    await cluster.untilHealthy();
  });

  it('says what it will change, unsets a parameter that cluster.yaml no longer has, and refuses what it cannot change', async () => {
    const groups = '(coordinators, worker1, worker2, worker3)';
    const planned = async () => {
      const { exitCode, stderr } = await cluster.try('up');
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const [plan = ''] = stderr.split(/^.* updated /m);
      expect(plan).toMatch(/plan: reload coord-\d, worker1, worker2, worker3, coord-\d\n/);
      expect(plan).toContain('plan: restart haproxy (connections are cut)\n');
      expect(stderr).toContain('updated haproxy');
      return plan;
    };
    const check = 'timings: { check: { interval: 2s } }';
    await writeFile(file, `${before}${check}\npostgres: { parameters: { random_page_cost: 1.5 } }\n`);
    const foreseen = await cluster.run('up', '--plan');
    expect(foreseen.split('\n')).toContain('restart haproxy (connections are cut)');
    expect(JSON.parse(await cluster.run('up', '--plan', '--json'))).toMatchObject({
      complete: true,
      plan: expect.arrayContaining([{ action: 'restart', member: 'haproxy', cost: 'connections-cut' }]),
    });
    expect(await planned()).toContain(`plan: set random_page_cost (unset) -> 1.5 ${groups}\n`);
    await untilSettingIs('random_page_cost', '1.5');
    await writeFile(file, before);
    expect(await planned()).toContain(`plan: set random_page_cost 1.5 -> (unset) ${groups}\n`);
    await untilSettingIs('random_page_cost', '4');
    for (const [change, fix] of [
      ['etcd: { count: 3 }', 'Set etcd.count: 1 again'],
      ['credentials: { superuser: admin }', 'Set credentials.superuser: postgres again'],
      ['credentials: { replication: copier }', 'Set credentials.replication: replicator again'],
      ['postgres: { parameters: { shared_bufers: 1GB } }', 'It knows shared_buffers'],
      ['postgres: { parameters: { work_mem: lots } }', 'invalid value for parameter "work_mem": "lots"'],
      ['postgres: { parameters: { shared_buffers: 999GB } }', 'of memory that the machine has'],
      ['postgres: { parameters: { shared_preload_libraries: nosuch } }', 'there is no nosuch.so'],
    ] as const) {
      await writeFile(file, `${before}${change}\n`);
      const refused = { exitCode: 2, stderr: expect.stringContaining(fix) as string };
      expect(await cluster.try('up')).toMatchObject(refused);
    }
    await writeFile(file, `${before}etcd: { count: 3 }\n`);
    await cluster.untilHealthy();
    const looked = await cluster.run('status');
    expect(looked).toContain('healthy');
    expect(looked).toContain('cluster.yaml asks for etcd.count: 3, the cluster has 1');
    // Containers may bind any port.
    for (const port of runtimeKind === 'local' ? [80] : []) {
      await writeFile(file, before.replace(`write: ${cluster.ports.write}`, `write: ${port}`));
      const refused = { exitCode: 2, stderr: expect.stringContaining('proxy.ports.write: 80') as string };
      expect(await cluster.try('up')).toMatchObject(refused);
    }
    expect((await cluster.sql('SELECT 1')).rowCount).toBe(1);
  });

  it('gives no server what it cannot start with, and comes up once that is corrected', async () => {
    await cluster.run('down', '--yes');
    await writeFile(file, `${before}postgres: { parameters: { shared_buffers: 999GB } }\n`);
    const refused = { exitCode: 2, stderr: expect.stringContaining('of memory that the machine has') as string };
    expect(await cluster.try('up')).toMatchObject(refused);
    await writeFile(file, before);
    await cluster.run('up');
    await cluster.untilHealthy();
  });
});
