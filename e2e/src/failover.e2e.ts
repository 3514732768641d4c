import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { waitFor } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import { ledgerTable, lostOf, startLedger, type Ledger } from './support/ledger.js';
import { openRuntime, runtimeKind } from './support/runtime.js';
import { createTestCluster, leaderOf, type TestCluster } from './support/test-cluster.js';

async function pass(ms: number): Promise<void> {
  const until = performance.now() + ms;
  const probe = () => performance.now() > until;
  await waitFor({ what: `${ms} ms to pass`, probe, timeoutMs: 120_000, intervalMs: 500 });
}

describe('a cluster under load', () => {
  let cluster: TestCluster;
  let runtime: Runtime;

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-failover');
    await cluster.run('up');
    await cluster.sql(ledgerTable);
    runtime = await openRuntime(cluster);
  });
  afterAll(() => cluster.destroy());

  const underLoad = async (): Promise<Ledger> => {
    await cluster.untilHealthy();
    const ledger = startLedger(await cluster.uri());
    onTestFinished(() => void ledger.stop());
    await ledger.untilWritten();
    return ledger;
  };
  const stopAndCompare = async (ledger: Ledger) => {
    const result = await ledger.stop();
    const { rows } = await cluster.sql<{ id: string }>('SELECT id FROM ledger');
    return { lost: lostOf(result, rows), longestGapMs: result.longestGapMs };
  };

  /** Answers the leader that the member follows. What was frozen tells of the time before for a moment. */
  const untilRejoined = (name: string) =>
    waitFor({
      what: `${name} to follow the leader, synchronously`,
      probe: async () => {
        const status = await cluster.untilHealthy();
        const leader = leaderOf(status);
        const member = status.members.find((one) => one.name === name);
        const follows = member?.role === 'sync_standby' && member.state === 'streaming';
        return follows && member.timeline === leader.timeline && leader;
      },
      timeoutMs: 240_000,
    });

  it('moves away from a leader whose PostgreSQL is frozen once told, and takes it back as a standby', async () => {
    const ledger = await underLoad();
    const old = await cluster.leader();
    const data = (await runtime.site())?.members[old.name]?.dataDir ?? '';
    await runtime.exec(old.name, ['sh', '-c', `kill -STOP "$(head -n 1 '${data}/postmaster.pid')"`]);
    const change = JSON.parse(await cluster.run('failover', '--yes', '--json')) as { from: string; to: string };
    expect(change.from).toBe(old.name);
    await ledger.untilWritten();
    expect((await stopAndCompare(ledger)).lost).toEqual([]);
    expect((await untilRejoined(old.name)).name).toBe(change.to);
  });

  it('takes writes again by itself after every process of the leader is killed, and loses none', async () => {
    const ledger = await underLoad();
    const old = await cluster.leader();
    await runtime.kill(old.name);
    const successor = await cluster.untilLeaderIsNot(old.name);
    await ledger.untilWritten();
    const { lost, longestGapMs } = await stopAndCompare(ledger);
    expect(lost).toEqual([]);
    console.info(`write gap after kill -9 of the leader: ${Math.round(longestGapMs)} ms`);

    await cluster.run('start', old.name);
    const leader = await untilRejoined(old.name);
    expect(leader.name).toBe(successor.name);
    expect(leader.timeline).toBeGreaterThan(old.timeline ?? 0);
  });

  it('loses nothing when the processes of the leader are paused for 45 s and resumed', async () => {
    const ledger = await underLoad();
    const old = await cluster.leader();
    const resumeAt = performance.now() + 45_000;
    await runtime.pause(old.name);
    await cluster.untilLeaderIsNot(old.name);
    await ledger.untilWritten();
    await waitFor({
      what: '45 s to pass',
      probe: () => performance.now() > resumeAt,
      timeoutMs: 180_000,
      intervalMs: 500,
    });
    await runtime.resume(old.name);
    await untilRejoined(old.name);
    await ledger.untilWritten();
    expect((await stopAndCompare(ledger)).lost).toEqual([]);
  });

  it('moves the leader by switchover and back', async () => {
    const ledger = await underLoad();
    const first = await cluster.leader();
    const there = JSON.parse(await cluster.run('switchover', '--yes', '--json')) as { to: string };
    expect((await cluster.untilHealthy()).members.find(({ name }) => name === there.to)?.role).toBe('leader');
    await cluster.run('switchover', '--to', first.name, '--yes');
    expect((await cluster.untilLeaderIsNot(there.to)).name).toBe(first.name);
    await ledger.untilWritten();
    expect((await stopAndCompare(ledger)).lost).toEqual([]);
  });

  it('leaves no writable PostgreSQL behind when only Patroni of the leader is killed', async () => {
    await cluster.untilHealthy();
    const old = await cluster.leader();
    const { incarnation } = await runtime.member(old.name);
    // Beside it are other programs of the member's own.
    const isPatroni = "grep -q 'run-[p]atroni[.]py' /proc/$pid/cmdline";
    const killPatroni = `for pid in $(cat /proc/1/task/1/children); do ${isPatroni} && break; done; kill -9 $pid`;
    // The command may die with the member before it can tell how it has ended.
    await runtime.exec(old.name, ['sh', '-c', killPatroni]);
    await waitFor({
      what: 'PostgreSQL of the old leader to be gone',
      // An engine may have begun the next life by now.
      probe: async () => {
        const member = await runtime.member(old.name);
        return member.state === 'exited' || member.incarnation?.id !== incarnation?.id;
      },
      timeoutMs: 90_000,
    });
    if (runtimeKind === 'docker') {
      await cluster.untilHealthy();
      return;
    }
    const password = new URL(await cluster.uri()).password;
    await expect(
      cluster.sql('SELECT 1', `postgresql://postgres:${password}@${old.host}:5432/postgres`),
    ).rejects.toThrow('ECONNREFUSED');
    await cluster.run('start', old.name);
  });

  it('fails over at once when an operator asks and the leader is proven dead', async () => {
    const ledger = await underLoad();
    const old = await cluster.leader();
    await runtime.kill(old.name);
    await cluster.run('failover', '--yes');
    await ledger.untilWritten();
    const { lost, longestGapMs } = await stopAndCompare(ledger);
    expect(lost).toEqual([]);
    console.info(`write gap with citus-ha failover after kill -9: ${Math.round(longestGapMs)} ms`);
    await cluster.run('up');
    await cluster.untilHealthy();
  });

  it('lets a standby that may lack acknowledged writes lead only where that is allowed', async () => {
    const old = await cluster.leader();
    const standby = old.name === 'coord-1' ? 'coord-2' : 'coord-1';
    await cluster.run('stop', standby, '--yes');
    await cluster.sql('INSERT INTO ledger VALUES (1)');
    await runtime.kill(old.name);
    await cluster.run('start', standby);
    const refused = () => cluster.try('failover', '--yes');
    await waitFor({
      what: `${standby} to be refused for what it lacks`,
      probe: async () => (await refused()).stderr.includes(`${standby} is not synchronous`),
      timeoutMs: 90_000,
    });
    const change = await cluster.run('failover', '--allow-loss', '--yes', '--json');
    expect(JSON.parse(change)).toMatchObject({ to: standby });
    await cluster.run('up');
    await cluster.untilHealthy();
  });

  it('goes on writing while etcd is gone for 30 s', async () => {
    const ledger = await underLoad();
    await runtime.kill('etcd');
    await pass(30_000);
    await ledger.untilWritten();
    await cluster.run('start', 'etcd');
    // Patroni would have the standby believe for `ttl`, 20 s, that the leader goes on by failsafe mode, whatever etcd says.
    await pass(10_000);
    await cluster.untilHealthy();
    await cluster.run('switchover', '--yes');
    await cluster.untilHealthy();
    const { lost, longestGapMs } = await stopAndCompare(ledger);
    expect(lost).toEqual([]);
    expect(longestGapMs).toBeLessThan(5_000);
  });

  it('says that etcd has lost its data while the members run, and is brought back by up with every row', async () => {
    const ledger = await underLoad();
    const data = (await runtime.site())?.members['etcd']?.dataDir ?? '';
    await runtime.exec('etcd', ['rm', '-rf', `${data}/member`]);
    await runtime.kill('etcd');
    await cluster.run('start', 'etcd');
    await waitFor({
      what: 'status to say so',
      probe: async () => (await cluster.status()).problems.some(({ code }) => code === 'ETCD_EMPTY'),
      timeoutMs: 180_000,
    });
    const { stdout } = await cluster.try('doctor');
    expect(stdout).toMatch(/etcd: etcd has lost its data/);
    expect(stdout).toMatch(/etcd access: whoever reaches it/);
    await cluster.run('up');
    await cluster.untilWritable();
    const { lost } = await stopAndCompare(ledger);
    expect(lost).toEqual([]);
    await cluster.untilHealthy();
  });
});
