import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultPromise } from '@citus-ha/cluster';
import { waitFor } from '@citus-ha/core';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliPath, demoPath } from './support/cli.js';
import { docker } from './support/docker.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

describe('the command line on a running cluster', () => {
  let cluster: TestCluster;
  let password: string;

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-commands');
    await cluster.run('up');
    password = new URL(await cluster.uri()).password;
  });
  afterAll(() => cluster.destroy());

  it('shows status, topology and history for people, and the same as JSON', async () => {
    await cluster.untilHealthy();
    expect(await cluster.run('status')).toContain(`e2e-commands on ${runtimeKind}: healthy`);
    expect(await cluster.run('topology')).toMatch(
      /group 0 \(coordinators\)\n {4}coord-\d\n {6}coord-\d {2}sync_standby streaming/,
    );
    expect(JSON.parse(await cluster.run('topology', '--json'))).toMatchObject([
      { group: 0 },
      { group: 1 },
      { group: 2 },
      { group: 3 },
    ]);
    expect(JSON.parse(await cluster.run('history', '--json'))).toEqual([]);
  });

  it('prints connection strings that work', async () => {
    for (const args of [[], ['--read'], ['--hosts']]) {
      const { stdout } = await execa('psql', [await cluster.uri(...args), '-Atc', 'SELECT 1']);
      expect(stdout).toBe('1');
    }
    expect((await cluster.try('uri', '--pooled')).exitCode).toBe(2);
  });

  it('passes arguments on to psql and its exit code back', async () => {
    expect(await cluster.run('psql', '--', '-Atc', 'SELECT 40 + 2')).toBe('42');
    expect(await cluster.run('psql', '-Atc', 'SELECT 40 + 2')).toBe('42');
    expect((await cluster.try('psql', '--', '-c', 'SELECT nonsense')).exitCode).toBe(1);
  });

  it('leaves Ctrl-C to psql, which cancels a query by it, and leaves no password behind', async () => {
    const temporary = join(cluster.cwd, 'temporary');
    await mkdir(temporary);
    const terminal = execa('script', ['-qec', `exec '${process.execPath}' '${cliPath}' psql`, '/dev/null'], {
      cwd: cluster.cwd,
      env: { ...cluster.env, TMPDIR: temporary, PSQL_PAGER: 'cat' },
      reject: false,
    });
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    const cancelled = () => shown.split('canceling statement').length - 1;
    for (const times of [1, 2]) {
      terminal.stdin.write('SELECT pg_sleep(120);\n');
      await waitFor({
        what: 'the query to run',
        probe: async () =>
          (await cluster.sql("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"))
            .rowCount === 1,
        timeoutMs: 60_000,
      });
      terminal.stdin.write('\u0003');
      await waitFor({
        what: 'psql to say so',
        probe: () => cancelled() === times,
        lastSeen: () => shown,
        timeoutMs: 60_000,
      });
    }
    terminal.stdin.end('\\q\n');
    expect((await terminal).exitCode).toBe(0);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('runs commands within a member as its ordinary user', async () => {
    expect(await cluster.run('exec', 'coord-1', '--', 'patronictl', 'list')).toContain('Sync Standby');
    expect((await cluster.try('exec', 'coord-1', '--', 'sh', '-c', 'exit 7')).exitCode).toBe(7);
    expect(await cluster.run('exec', 'worker1', '--', 'psql', '-Atc', 'SELECT 41 + 1')).toBe('42');
    const throughProxy = ['-h', 'haproxy', '-p', `${cluster.ports.write}`];
    const dump = ['pg_dump', ...throughProxy, '--schema-only'];
    expect(await cluster.run('exec', 'coord-1', '--', ...dump)).toContain('dump complete');
    expect((await cluster.run('exec', 'worker1', '--', 'id', '-un')).trim()).not.toBe('root');
    expect(JSON.parse(await cluster.run('exec', 'coord-1', '--json', '--', 'echo', '--json'))).toEqual({
      member: 'coord-1',
      exitCode: 0,
      stdout: '--json\n',
      stderr: '',
    });
  });

  it('says what is promised of each fault, and by which settings', async () => {
    const { version, promises } = JSON.parse(await cluster.run('promise', '--json')) as {
      readonly version: number;
      readonly promises: readonly FaultPromise[];
    };
    expect(version).toBe(1);
    expect(promises.find(({ faults, target }) => faults.includes('kill') && target === 'leader')).toMatchObject({
      write: {
        bound: 'at-most',
        terms: expect.arrayContaining([expect.objectContaining({ from: 'timings.ttl 20.0s' })]) as unknown,
      },
      loss: { lost: 'nothing' },
    });
    expect(await cluster.run('promise')).toContain('the lease ends (timings.ttl 20.0s)');
  });

  it('shows logs of one member, or of all with their names', async () => {
    expect(await cluster.run('logs', (await cluster.leader()).name, '--tail', '50')).toContain(
      'the leader with the lock',
    );
    expect(await cluster.run('logs', '--tail', '3')).toMatch(/^worker1 \| /m);
    const lines = (await cluster.run('logs', 'worker1', 'haproxy', '--tail', '2', '--json')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { member: string }).member)).toContain('worker1');
  });

  it('follows logs and watches the status until Ctrl-C', async () => {
    for (const [args, sign] of [
      [['logs', '-f', 'coord-1', '--tail', '1'], 'coord-1'],
      [['status', '--watch'], 'healthy'],
    ] as const) {
      const run = cluster.start(...args);
      let shown = '';
      run.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
      const what = `citus-ha ${args.join(' ')} to go on`;
      await waitFor({ what, probe: () => shown.split(sign).length > 2, lastSeen: () => shown, timeoutMs: 30_000 });
      run.kill('SIGINT');
      expect([0, 130]).toContain((await run).exitCode);
    }
  });

  it('tells programs what failed, as one JSON object', async () => {
    const failed = await cluster.try('logs', 'nobody', '--json');
    expect(failed.exitCode).toBe(2);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      version: 1,
      error: { code: 'MEMBER_UNKNOWN', fix: expect.stringContaining('coord-1') as string },
    });
  });

  it('copies a standby anew, and refuses to do that to the leader', async () => {
    const leader = (await cluster.leader()).name;
    const standby = leader === 'coord-1' ? 'coord-2' : 'coord-1';
    await cluster.run('reinit', standby, '--yes');
    await cluster.untilHealthy();
    const refused = await cluster.try('reinit', leader, '--yes');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('NOT_A_STANDBY') as string });
  });

  it('restarts PostgreSQL of a standby and the proxy', async () => {
    const leader = (await cluster.leader()).name;
    await cluster.run('restart', leader === 'coord-1' ? 'coord-2' : 'coord-1', '--yes');
    await cluster.run('restart', 'haproxy', '--yes');
    await cluster.untilHealthy();
    expect((await cluster.sql('SELECT 1')).rowCount).toBe(1);
  });

  it('does not fail over while paused, and says so, and does once resumed', async () => {
    const leader = (await cluster.leader()).name;
    await cluster.run('pause');
    const paused = await cluster.try('status');
    expect(paused).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('citus-ha resume') as string });
    const runtime = await openRuntime(cluster);
    await runtime.kill(leader);
    const standby = leader === 'coord-1' ? 'coord-2' : 'coord-1';
    // Longer than the lease of the leader's lock.
    const promoted = cluster.untilLeaderIsNot(leader, 25_000);
    await expect(promoted).rejects.toMatchObject({ code: 'TIMEOUT' });
    await cluster.run('resume');
    expect((await cluster.untilLeaderIsNot(leader)).name).toBe(standby);
    await cluster.run('start', leader);
    await cluster.untilHealthy();
  });

  it('has nothing to bootstrap a second time', async () => {
    await cluster.run('bootstrap');
    expect(JSON.parse(await cluster.run('bootstrap', '--json'))).toEqual({ changes: [] });
  });

  it('finds a worker that is not registered, and registers it', async () => {
    await cluster.sql("SELECT citus_remove_node('worker3', 5432)");
    // A busy machine answers late, which is a problem of its own.
    const { stdout } = await waitFor({
      what: 'doctor to name the worker',
      probe: async () => {
        const examined = await cluster.try('doctor');
        return examined.exitCode === 3 && examined.stdout.includes('worker3 is not registered') && examined;
      },
      timeoutMs: 180_000,
    });
    expect(stdout).toMatch(/ok +versions: PostgreSQL \d+, Patroni 4/);
    expect(stdout).toMatch(/ok +ports: /);
    await cluster.run('bootstrap');
    await waitFor({
      what: 'doctor to find no problem',
      probe: async () => {
        const examined = await cluster.try('doctor');
        return examined.exitCode === 0 && !examined.stdout.includes('problem');
      },
      timeoutMs: 180_000,
    });
  });

  it('loads a CSV file of the user into a distributed table', async () => {
    const csv = join(cluster.cwd, 'people.csv');
    await writeFile(csv, 'id,name\n1,Ada\n2,"Grace ""the"" Hopper"\n');
    await cluster.sql("CREATE TABLE people (id int, name text); SELECT create_distributed_table('people', 'id')");
    await execa(process.execPath, [demoPath, 'copy', csv, '--header', '--table', 'people', '--uri', '-'], {
      input: await cluster.uri(),
    });
    expect((await cluster.sql('SELECT id, name FROM people ORDER BY id')).rows).toEqual([
      { id: 1, name: 'Ada' },
      { id: 2, name: 'Grace "the" Hopper' },
    ]);
    expect(JSON.parse(await cluster.run('shards', 'people', '--json'))).toHaveLength(6);
    expect(await cluster.try('shards', 'persons')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('people') as string,
    });
  });

  it('writes every configuration file, for containers and as its members have them', async () => {
    const folder = join(cluster.cwd, 'rendered');
    await cluster.run('render', '--runtime', 'docker', '-o', folder);
    expect(await readFile(join(folder, '.env'), 'utf8')).toContain('COMPOSE_PROJECT_NAME=e2e-commands');
    expect((await stat(join(folder, 'coord-1', 'patroni.yml'))).mode & 0o777).toBe(0o600);
    const first = await readFile(join(folder, 'coord-1', 'patroni.yml'), 'utf8');
    await cluster.run('render', '--runtime', 'docker', '-o', folder);
    expect(await readFile(join(folder, 'coord-1', 'patroni.yml'), 'utf8')).toBe(first);
    const other = join(cluster.cwd, 'other.yaml');
    await writeFile(other, 'name: other\n');
    expect(await cluster.try('render', '-c', other, '--runtime', 'docker', '-o', folder)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('NAME_CHANGED') as string,
    });
    await cluster.run('render', '--runtime', runtimeKind, '-o', join(cluster.cwd, 'rendered-here'));
  });

  it('bundles a report without passwords', async () => {
    const bundle = join(cluster.cwd, 'report.tar.gz');
    await expect(cluster.sql("CREATE ROLE postgres PASSWORD 'told-by-hand'")).rejects.toThrow('already exists');
    await writeFile(bundle, '', { mode: 0o644 });
    await cluster.run('report', '-o', bundle);
    expect((await stat(bundle)).mode & 0o777).toBe(0o600);
    expect(await cluster.try('report', '-o', join(cluster.cwd, 'nowhere', 'report.tar.gz'))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('OUTPUT_UNWRITABLE') as string,
    });
    expect((await execa('tar', ['-tzf', bundle])).stdout).toContain('/configuration/haproxy/haproxy.cfg');
    const { stdout } = await execa('tar', ['-xzOf', bundle], { maxBuffer: 1e9 });
    expect(stdout).toContain('postgres_write');
    expect(stdout).not.toContain(password);
    expect(stdout).toContain('CREATE ROLE postgres PASSWORD ********');
    expect(stdout).not.toContain('told-by-hand');
  });

  it('keeps passwords out of command lines and environments', async () => {
    const { members } = await cluster.status();
    for (const { process: life, container } of members) {
      const seen = container
        ? [docker('inspect', container.id)]
        : ['cmdline', 'environ'].map((file) => readFile(`/proc/${life?.pid}/${file}`, 'utf8'));
      expect((await Promise.all(seen)).join('\n')).not.toContain(password);
    }
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const commandLines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    expect((await Promise.all(commandLines)).join('\n')).not.toContain(password);
  });

  it('asks before it interrupts, and refuses without a terminal', async () => {
    const refused = await cluster.try('switchover');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') as string });
  });
});
