import { waitFor } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ledgerTable, lostOf, startLedger } from './support/ledger.js';
import { openRuntime } from './support/runtime.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

interface Told {
  readonly type: string;
  readonly member?: string;
  readonly why?: string;
}

/** A sentinel of the cluster, as a user starts it, and what it has told. */
function startSentinel(cluster: TestCluster) {
  const events: Told[] = [];
  const process = cluster.start('sentinel', '--json');
  let rest = '';
  process.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.map((line) => JSON.parse(line) as Told));
  });
  return {
    process,
    events,
    until: (wanted: Told) =>
      waitFor({
        what: `the sentinel to tell ${JSON.stringify(wanted)}`,
        probe: () =>
          events.some(
            ({ type, member, why }) =>
              type === wanted.type &&
              (wanted.member === undefined || member === wanted.member) &&
              (wanted.why === undefined || why === wanted.why),
          ),
        timeoutMs: 120_000,
        lastSeen: () => JSON.stringify(events),
      }),
  };
}

describe('a sentinel', () => {
  let cluster: TestCluster;
  let runtime: Runtime;
  let sentinel: ReturnType<typeof startSentinel>;

  beforeAll(async () => {
    cluster = await createTestCluster('e2e-sentinel');
    await cluster.run('up');
    await cluster.sql(ledgerTable);
    runtime = await openRuntime(cluster);
  });
  afterAll(() => cluster.destroy());
  beforeEach(async () => {
    await cluster.untilHealthy();
    sentinel = startSentinel(cluster);
    await sentinel.until({ type: 'watching' });
  });
  afterEach(async () => {
    sentinel.process.kill('SIGTERM');
    await sentinel.process;
  });

  it('has the standby lead long before the lease ends, loses nothing, and brings the dead leader back', async () => {
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
    expect(sentinel.events.map(({ type }) => type)).toEqual(['watching', 'died', 'deposed', 'succeeded', 'restarting']);
  });

  it('brings back a worker that died', async () => {
    await runtime.kill('worker2');
    await sentinel.until({ type: 'restarting', member: 'worker2', why: 'no-candidate' });
    expect((await cluster.untilHealthy()).problems).toEqual([]);
  });

  it('leaves a paused cluster alone', async () => {
    await cluster.run('pause');
    const { name } = await cluster.leader();
    await runtime.kill(name);
    await sentinel.until({ type: 'stood-down', member: name, why: 'paused' });
    expect((await runtime.member(name)).state).toBe('exited');
    await cluster.run('start', name);
    await cluster.run('resume');
  });

  it('does not bring back what a person stops, and ends when it is told to', async () => {
    const { name } = await cluster.leader();
    await cluster.run('stop', name, '--yes');
    await sentinel.until({ type: 'died', member: name });
    await cluster.untilLeaderIsNot(name);
    expect((await runtime.member(name)).state).toBe('exited');
    sentinel.process.kill('SIGINT');
    expect((await sentinel.process).exitCode).toBe(0);
    expect((await cluster.status()).sentinel).toEqual({ running: false, pid: null });
    await cluster.run('start', name);
  });
});
