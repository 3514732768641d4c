import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { describe, expect, it } from 'vitest';
import { foreseeUp } from './foresee.js';
import { leaderName } from '../open-cluster.js';
import { readStatus } from '../status/read-status.js';
import { up } from './up.js';
import { crashingAfter } from '../testing/crash.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

const whole = defaultClusterSpec();
const small: ClusterSpec = { ...whole, workers: { ...whole.workers, count: 1 } };

async function bringUp(cluster: SimulatedCluster, context = cluster.context) {
  return cluster.run(() => up(context, { install: false }));
}

/** Runs `up` again and again, each time on a cluster of its own, and lets it die one step later; finishes it by another run. */
async function dyingAtEveryStep(
  prepare: () => Promise<SimulatedCluster>,
  check: (cluster: SimulatedCluster) => Promise<void>,
) {
  for (let steps = 1; ; steps++) {
    const cluster = await prepare();
    const crashed = await bringUp(cluster, crashingAfter(cluster.context, steps)).then(
      () => false,
      () => true,
    );
    await bringUp(cluster);
    await check(cluster);
    if (!crashed) return steps;
  }
}

/** One member killed, one frozen, and a spec of which coordinators, workers and the proxy have to take something. */
async function brokenAndEdited(): Promise<SimulatedCluster> {
  const cluster = new SimulatedCluster(small);
  await bringUp(cluster);
  await cluster.runtime.kill('worker1');
  await cluster.runtime.pause('coord-2');
  const postgres = { ...small.postgres, parameters: { work_mem: '8MB' } };
  const timings = { ...small.timings, loopWaitMs: 2_000, check: { ...small.timings.check, intervalMs: 500 } };
  cluster.spec = { ...cluster.spec, postgres, timings };
  return cluster;
}

/** Whether all is as the spec says, and no run has anything left to do. */
async function expectWhole(cluster: SimulatedCluster): Promise<void> {
  const members = await cluster.runtime.members();
  expect(members.map(({ state }) => state)).toEqual(members.map(() => 'running'));
  expect(cluster.servers.nodes.map(({ host, active }) => [host, active])).toEqual([
    [expect.stringMatching(/^coord-/), true],
    ...members.filter(({ kind }) => kind === 'worker').map(({ name }) => [name, true]),
  ]);
  const plan = await cluster.run(() => foreseeUp(cluster.context));
  expect(plan).toEqual({ steps: [], complete: true });
  expect((await bringUp(cluster)).changes).toEqual([]);
}

describe('up, by a simulated clock', () => {
  it('makes a whole cluster, as it has foreseen, and finds nothing to do after', async () => {
    const cluster = new SimulatedCluster(whole);
    const { steps } = await cluster.run(() => foreseeUp(cluster.context));
    const { changes } = await bringUp(cluster);
    const foreseen = steps.map(({ action }) => action);
    const done = changes.map(({ type }) => type);
    expect(done.filter((type) => type === 'created')).toHaveLength(foreseen.filter((one) => one === 'create').length);
    expect(done.filter((type) => type === 'started')).toHaveLength(foreseen.filter((one) => one === 'start').length);
    expect(foreseen).toContain('close-etcd');
    expect(done).toContain('closed-etcd');
    await expectWhole(cluster);
  });

  it('is finished by the next run wherever the first one dies', async () => {
    const steps = await dyingAtEveryStep(async () => new SimulatedCluster(small), expectWhole);
    expect(steps).toBeGreaterThan(20);
  }, 120_000);

  it('is finished by the next run wherever it dies while it mends and changes a cluster', async () => {
    const steps = await dyingAtEveryStep(brokenAndEdited, expectWhole);
    expect(steps).toBeGreaterThan(5);
  }, 120_000);

  it('gives back its place to a leader that was killed, whose synchronous standby leads once its lease is over', async () => {
    const cluster = new SimulatedCluster(whole);
    const handle = (await bringUp(cluster)).cluster;
    const leader = await cluster.run(() => leaderName(handle));
    await cluster.runtime.kill(leader ?? '');
    const killedAt = cluster.clock.now();
    const next = await cluster.run(() =>
      waitFor({
        what: 'another leader',
        probe: async () => {
          const name = await leaderName(handle);
          return name !== leader && name;
        },
        timeoutMs: 60_000,
      }),
    );
    expect(cluster.clock.now() - killedAt).toBeLessThan(whole.timings.ttlMs + 2 * whole.timings.loopWaitMs);
    const { changes } = await bringUp(cluster);
    expect(changes).toContainEqual({ type: 'started', member: leader });
    expect(await cluster.run(() => leaderName(handle))).toBe(next);
    expect(await cluster.run(() => readStatus(handle))).toMatchObject({ healthy: true, problems: [] });
  });
});
