import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrialResult } from '@citus-ha/chaos';
import { waitFor } from '@citus-ha/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepSeen } from './support/step-seen.js';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

interface Run {
  readonly fault: string;
  readonly target: string;
  readonly trials: readonly TrialResult[];
  readonly valid: boolean | 'unknown';
}

const verdictOf = ({ checks }: TrialResult, name: string) => checks.find((check) => check.name === name)?.valid;
const exitCodes = new Map<Run['valid'], number>([
  [true, 0],
  [false, 1],
  ['unknown', 3],
]);

async function expectNothingLeft(cluster: TestCluster): Promise<void> {
  expect((await cluster.untilHealthy()).healthy).toBe(true);
  const { rowCount } = await cluster.sql("SELECT FROM pg_namespace WHERE nspname = 'citus_ha_chaos'");
  expect(rowCount).toBe(0);
}

describe('chaos on a synchronous cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-chaos');
    await cluster.run('up');
  });
  afterAll(() => cluster.destroy());

  it(
    'runs the three tests of the design, exits with the truth, and writes the report',
    { timeout: 900_000 },
    async () => {
      const { exitCode, stdout, stderr } = await cluster.try('chaos', 'run', '--suite', 'seed', '--json', '-o', 'seed');
      const { runs, valid } = JSON.parse(stdout) as { runs: readonly Run[]; valid: Run['valid'] };
      expect({ exitCode, stderr }).toEqual({ exitCode: exitCodes.get(valid), stderr });
      expect(runs.map(({ fault, target }) => `${fault} ${target}`)).toEqual([
        'stop leader',
        'stop first-worker',
        'stop leader+first-worker',
      ]);
      // The stand-in has no two-phase commit: a worker that stops amid a commit leaves a placement behind, and its register.
      const { engine } = await cluster.status();
      const trials = runs.flatMap((run) => run.trials);
      for (const [index, trial] of trials.entries()) {
        const mayDiffer = engine.kind === 'standin' && index > 0;
        const proven = ['fault', 'leaders', 'redundancy', ...(mayDiffer ? [] : ['register'])];
        expect(trial).toMatchObject({ lost: 0, duplicated: 0, redundancyRestoredMs: expect.any(Number) as number });
        expect(trial.acked).toBeGreaterThan(0);
        expect(trial.checks.map(({ name }) => name)).toEqual(expect.arrayContaining(proven));
        expect(trial.checks.filter((check) => proven.includes(check.name) && check.valid !== true)).toEqual([]);
      }
      // Whether they are held is decided by the machine as well.
      const available = trials.map(({ checks }) => checks.find(({ name }) => name === 'availability')?.detail);
      expect(available[0]).toMatch(
        /^writes out for .*, promised .*; reads out for .*, promised [^;]*; a client asks every \d+ms$/,
      );
      expect(available[1]).toContain('promised unbounded until it is back');
      expect(available[2]).toContain('promised unbounded until they are back');

      const folder = join(cluster.cwd, 'seed');
      const files = await readdir(folder);
      expect(files).toEqual(
        expect.arrayContaining(['series.json', 'report.html', 'outages.png', 'stop-leader-1.ndjson']),
      );
      const page = await readFile(join(folder, 'report.html'), 'utf8');
      expect(page).toContain('stop leader+first-worker');
      expect(page).not.toMatch(/(?:src|href)=/);
      const again = await cluster.try('chaos', 'check', join('seed', 'stop-leader-1.ndjson'), '--json');
      expect(JSON.parse(again.stdout)).toEqual(trials[0]);
      await expectNothingLeft(cluster);
    },
  );
});

describe('chaos on an asynchronous cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-chaos-async', 'durability: async\nworkers: { count: 2 }');
    await cluster.run('up');
  });
  afterAll(() => cluster.destroy());

  it('refuses what proves nothing: a target that the fault does not offer, a rate that shows nothing', async () => {
    const onEtcd = await cluster.try('chaos', 'run', '--fault', 'full-disk', '--target', 'etcd');
    expect(onEtcd).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('TARGET_UNSUPPORTED') as string });
    const seldom = await cluster.try('chaos', 'run', '--fault', 'kill', '--rate', '5');
    expect(seldom).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RATE_TOO_LOW') as string });
  });

  it('leaves a healthy cluster when it is interrupted, and reports what was measured', async () => {
    const run = cluster.start('chaos', 'run', '--suite', 'seed', '-o', 'interrupted');
    await waitFor({ what: 'the second fault', probe: () => stepSeen(run, 'stop worker1'), timeoutMs: 240_000 });
    run.kill('SIGINT');
    const { exitCode, stdout } = await run;
    expect({ exitCode, stdout }).toEqual({
      exitCode: 130,
      stdout: expect.stringContaining('stop leader') as string,
    });
    expect(await readFile(join(cluster.cwd, 'interrupted', 'report.html'), 'utf8')).toContain('1 of 3 trials');
    await expectNothingLeft(cluster);
  });

  it('leaves no fault in place when it is interrupted twice', async () => {
    const run = cluster.start('chaos', 'run', '--fault', 'pause', '--target', 'leader', '-o', 'twice');
    await waitFor({ what: 'the fault', probe: () => stepSeen(run, 'pause coord-'), timeoutMs: 180_000 });
    run.kill('SIGINT');
    await waitFor({ what: 'the interruption', probe: () => stepSeen(run, 'interrupted: heal'), timeoutMs: 90_000 });
    run.kill('SIGINT');
    expect((await run).exitCode).toBe(130);
    const { members } = await cluster.status();
    expect(members.filter(({ state }) => state === 'paused')).toEqual([]);
    await cluster.untilHealthy();
  });

  it('reports the writes that are lost when the standby was cut off before the leader is killed', async () => {
    const { exitCode, stdout, stderr } = await cluster.try('chaos', 'run', '--fault', 'kill-ahead', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr });
    const { trials, valid } = JSON.parse(stdout) as Run;
    expect(valid).toBe(false);
    expect(trials).toMatchObject([{ valid: false, lost: expect.any(Number) as number }]);
    expect(trials[0]?.lost).toBeGreaterThan(0);
    expect(verdictOf(trials[0] as TrialResult, 'ledger')).toBe(false);
    await expectNothingLeft(cluster);
  });
});
