import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { foreseeUp } from './foresee.js';
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
    const count = (found: readonly object[], key: string, value: string) =>
      found.filter((one) => (one as Record<string, unknown>)[key] === value).length;
    expect(count(changes, 'type', 'created')).toBe(count(steps, 'action', 'create'));
    expect(count(changes, 'type', 'started')).toBe(count(steps, 'action', 'start'));
    expect(count(changes, 'type', 'closed-etcd')).toBe(count(steps, 'action', 'close-etcd'));
    await expectWhole(cluster);
  });

  it('is finished by the next run wherever the first one dies', async () => {
    const steps = await dyingAtEveryStep(async () => new SimulatedCluster(small), expectWhole);
    expect(steps).toBeGreaterThan(20);
  }, 120_000);

  it('is finished by the next run wherever it dies while it mends and changes a cluster', async () => {
    const broken = async () => {
      const cluster = new SimulatedCluster(small);
      await bringUp(cluster);
      await cluster.runtime.kill('worker1');
      await cluster.runtime.pause('coord-2');
      const postgres = { ...small.postgres, parameters: { work_mem: '8MB' } };
      const timings = { ...small.timings, loopWaitMs: 2_000, check: { ...small.timings.check, intervalMs: 500 } };
      cluster.spec = { ...cluster.spec, postgres, timings };
      return cluster;
    };
    const steps = await dyingAtEveryStep(broken, expectWhole);
    expect(steps).toBeGreaterThan(5);
  }, 120_000);
});
