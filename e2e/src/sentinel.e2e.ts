import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitFor } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerTable, lostOf, startLedger } from './support/ledger.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

interface Told {
  readonly type: string;
  readonly member?: string;
  readonly why?: string;
}

/** What the member `sentinel` tells from now on. */
class Sentinel {
  readonly #cluster: TestCluster;
  #lines: readonly string[] = [];
  #seen = 0;

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  static async of(cluster: TestCluster): Promise<Sentinel> {
    const sentinel = new Sentinel(cluster);
    await sentinel.until({ type: 'watching' });
    await sentinel.#look();
    sentinel.#seen = sentinel.#lines.length;
    return sentinel;
  }

  async events(): Promise<readonly Told[]> {
    await this.#look();
    return this.#lines.slice(this.#seen).map((line) => JSON.parse(line) as Told);
  }

  async until(wanted: Told): Promise<void> {
    let told: readonly Told[] = [];
    await waitFor({
      what: `the sentinel to tell ${JSON.stringify(wanted)}`,
      probe: async () => {
        told = await this.events();
        return told.some((event) => Object.entries(wanted).every(([key, value]) => event[key as keyof Told] === value));
      },
      timeoutMs: 120_000,
      lastSeen: () => JSON.stringify(told),
    });
  }

  async #look(): Promise<void> {
    this.#lines = (await this.#cluster.run('logs', 'sentinel')).split('\n').filter((line) => line.startsWith('{'));
  }
}

describe('a sentinel', () => {
  let cluster: TestCluster;
  let runtime: Runtime;
  let sentinel: Sentinel;

  const watch = async () => {
    await cluster.untilHealthy();
    sentinel = await Sentinel.of(cluster);
  };

  /** As this machine sees its program; 0 where it does not run. */
  const sentinelPid = async () => {
    if (runtimeKind !== 'docker') return (await cluster.status()).sentinel.pid ?? 0;
    const format = ['--format', '{{.State.Pid}}'];
    return Number((await execa('docker', ['inspect', ...format, `${cluster.name}-sentinel-1`])).stdout);
  };

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-sentinel', 'sentinel: { enabled: true }');
    await cluster.run('up');
    await cluster.sql(ledgerTable);
    await cluster.sql('CREATE TABLE rooms (id int PRIMARY KEY, note text)');
    await cluster.sql("SELECT create_distributed_table('rooms', 'id')");
    await cluster.sql('INSERT INTO rooms SELECT generate_series(1, 100)');
    runtime = await openRuntime(cluster);
  });
  afterAll(() => cluster.destroy());

  it('has the standby lead long before the lease ends, loses nothing, and brings the dead leader back', async () => {
    await watch();
    const ledger = startLedger(await cluster.uri());
    await ledger.untilWritten();
    const old = await cluster.leader();
    await runtime.kill(old.name);
    await sentinel.until({ type: 'succeeded', member: old.name });
    await ledger.untilWritten();
    const result = await ledger.stop();
    const { rows } = await cluster.sql<{ id: string }>('SELECT id FROM ledger');
    expect(lostOf(result, rows)).toEqual([]);
    console.info(`write gap after kill -9 of the leader, with a sentinel: ${Math.round(result.longestGapMs)} ms`);
    const status = await cluster.untilHealthy();
    expect(status.sentinel.running).toBe(true);
    expect(status.members.find(({ name }) => name === old.name)).toMatchObject({ state: 'streaming' });
    // Who is started again may be knocked at before it listens.
    const told = (await sentinel.events()).map(({ type }) => type).filter((type) => type !== 'spared');
    expect(told).toEqual(['died', 'deposed', 'succeeded', 'restarting']);
  });

  it.each([
    ['is frozen', 'pause'],
    ["takes no connection, since PostgreSQL's postmaster alone is frozen", 'postmaster-pause'],
    ['cannot start again, since its disk is full', 'full-disk'],
  ])('kills a leader that %s, so that the standby leads', async (_, fault) => {
    await watch();
    const { name } = await cluster.leader();
    await cluster.run('chaos', 'inject', fault, 'leader', '--yes');
    await sentinel.until({ type: 'fencing', member: name });
    await sentinel.until({ type: 'succeeded', member: name });
    await cluster.run('chaos', 'heal');
    expect((await cluster.untilHealthy()).problems).toEqual([]);
    expect((await cluster.leader()).name).not.toBe(name);
  });

  it('kills a standby that is frozen, and has its leader wait for it no longer', async () => {
    await watch();
    const { name } = await cluster.leader();
    const standby = name === 'coord-1' ? 'coord-2' : 'coord-1';
    await runtime.pause(standby);
    await sentinel.until({ type: 'let-go', member: standby });
    expect((await cluster.untilHealthy()).problems).toEqual([]);
    expect((await cluster.leader()).name).toBe(name);
  });

  it.each([
    ['the first worker, which died', 'worker1', 'kill'],
    ['another one, which is frozen', 'worker2', 'pause'],
  ] as const)('has writes go on without %s, and makes its copies anew', async (_, name, fault) => {
    await watch();
    await runtime[fault](name);
    await sentinel.until({ type: 'worker-disabled', member: name });
    await cluster.sql(`UPDATE rooms SET note = '${name}'`);
    await sentinel.until({ type: 'redundancy-restored' });
    expect((await cluster.untilHealthy()).problems).toEqual([]);
    const { rows } = await cluster.sql('SELECT nodename, isactive FROM pg_dist_node WHERE NOT isactive');
    expect(rows).toEqual([]);
  });

  it('takes a worker back that was stopped by command, and lets nobody write to what it missed', async () => {
    await watch();
    await cluster.run('stop', 'worker3', '--yes');
    await cluster.sql('INSERT INTO rooms SELECT generate_series(101, 200)');
    expect((await cluster.status()).problems).toContainEqual(expect.objectContaining({ code: 'NODE_INACTIVE' }));
    await cluster.run('start', 'worker3');
    await sentinel.until({ type: 'redundancy-restored' });
    await cluster.untilHealthy();
    const { rows } = await cluster.sql<{ lacking: number }>(
      `SELECT count(*)::int AS lacking FROM pg_dist_shard s
      WHERE (SELECT count(*) FROM pg_dist_placement p WHERE p.shardid = s.shardid) < 2`,
    );
    expect(rows).toEqual([{ lacking: 0 }]);
    expect((await cluster.sql('SELECT count(*)::int AS count FROM rooms')).rows).toEqual([{ count: 200 }]);
  });

  it('makes a worker anew whose data are gone', async () => {
    await watch();
    const { dataDir = 'nowhere' } = (await runtime.site())?.members['worker2'] ?? {};
    await runtime.exec('worker2', ['sh', '-c', `rm -rf '${dataDir}'`]);
    await runtime.kill('worker2');
    await sentinel.until({ type: 'worker-remade', member: 'worker2' });
    await sentinel.until({ type: 'redundancy-restored' });
    expect((await cluster.untilHealthy()).problems).toEqual([]);
    expect((await cluster.sql('SELECT count(*)::int AS count FROM rooms')).rows).toEqual([{ count: 200 }]);
  });

  it.runIf(runtimeKind === 'docker')('leaves workers in service that are given a new life by up', async () => {
    await watch();
    const file = join(cluster.cwd, 'cluster.yaml');
    const yaml = await readFile(file, 'utf8');
    const memory = 'sharedMemory: 512MB';
    await writeFile(
      file,
      yaml.includes('docker: {') ? yaml.replace('docker: {', `docker: { ${memory},`) : `${yaml}docker: { ${memory} }\n`,
    );
    expect(await cluster.run('up', '--plan')).toContain('restart worker1');
    await cluster.run('up', '--yes');
    await cluster.untilHealthy();
    const types = (await sentinel.events()).map(({ type }) => type);
    expect(types).toContain('died');
    expect(types).not.toContain('worker-disabled');
  });

  it('leaves a paused cluster alone', async () => {
    await watch();
    await cluster.run('pause');
    const { name } = await cluster.leader();
    await runtime.kill(name);
    await sentinel.until({ type: 'stood-down', member: name, why: 'paused' });
    expect((await runtime.member(name)).state).toBe('exited');
    await cluster.run('start', name);
    await cluster.run('resume');
  });

  it('does not bring back what a person stops', async () => {
    await watch();
    const { name } = await cluster.leader();
    await cluster.run('stop', name, '--yes');
    await sentinel.until({ type: 'stood-down', member: name, why: 'stopped-on-purpose' });
    await cluster.untilLeaderIsNot(name);
    expect((await runtime.member(name)).state).toBe('exited');
    await cluster.run('start', name);
  });

  it('comes back when it is killed, and ends without those that it has started', async () => {
    await watch();
    await runtime.kill('worker3');
    await sentinel.until({ type: 'restarting', member: 'worker3' });
    await cluster.untilHealthy();
    const pid = await sentinelPid();
    process.kill(pid, 'SIGKILL');
    await waitFor({
      what: 'another sentinel',
      probe: async () => ![pid, 0].includes(await sentinelPid()),
      timeoutMs: 60_000,
    });
    await cluster.run('stop', 'sentinel', '--yes');
    // What was killed is said to run until its lease has ended.
    const status = await waitFor({
      what: 'no sentinel to be seen',
      probe: async () => {
        const seen = await cluster.status();
        return seen.sentinel.running === false && seen;
      },
      timeoutMs: 60_000,
    });
    expect(status.problems.map(({ code, member }) => `${code} ${member}`)).toEqual(['MEMBER_DOWN sentinel']);
    await cluster.run('start', 'sentinel');
    expect((await cluster.untilHealthy()).sentinel.running).toBe(true);
  });

  it('leaves nothing of itself behind', async () => {
    await watch();
    const pid = await sentinelPid();
    await cluster.run('down', '--yes');
    expect((await execa('ps', ['-p', `${pid}`], { reject: false })).exitCode).toBe(1);
    await cluster.run('up');
  });

  it('is removed once cluster.yaml asks for none', async () => {
    await cluster.untilHealthy();
    const file = join(cluster.cwd, 'cluster.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('enabled: true', 'enabled: false'));
    expect(await cluster.run('up', '--plan')).toContain('remove sentinel');
    await cluster.run('up');
    const { members, healthy, differs } = await cluster.status();
    expect({ healthy, differs }).toEqual({ healthy: true, differs: [] });
    expect(members.map(({ kind }) => kind)).not.toContain('sentinel');
  });
});
