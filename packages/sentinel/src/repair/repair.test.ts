import { leaderName, memberNamed, openCluster, setMaintenance } from '@citus-ha/cluster';
import { crashingAfter } from '@citus-ha/cluster/testing';
import { waitFor } from '@citus-ha/core';
import { describe, expect, it } from 'vitest';
import { makeCluster, untilHeard, untilRuns, watching, type Watched } from '../testing/watched.js';

/** A table of three shards, each of which two of the three workers have. */
async function makeTable(changed: Parameters<typeof makeCluster>[0] = {}): Promise<Watched> {
  const watched = await makeCluster(changed);
  const shards = [
    [1, 2],
    [2, 3],
    [3, 1],
  ].map((groups, index) => ({ shardId: `${index + 1}`, table: 'rooms', groups: new Set(groups) }));
  watched.simulated.servers.shards.push(...shards);
  return watched;
}

const isActive = ({ simulated }: Watched, worker: string) =>
  simulated.servers.nodes.find(({ host }) => host === worker)?.active;

const untilActive = (watched: Watched, worker: string, wanted: boolean, timeoutMs = 10_000) =>
  waitFor({
    what: `${worker} to be ${wanted ? 'in' : 'out of'} service`,
    timeoutMs,
    probe: () => isActive(watched, worker) === wanted,
  });

const untilWhole = ({ simulated }: Watched, timeoutMs = 20_000) =>
  waitFor({
    what: 'every copy to be there',
    timeoutMs,
    probe: () =>
      simulated.servers.nodes.every(({ active }) => active) &&
      simulated.servers.shards.every(({ groups }) => groups.size === 2),
  });

const untilTold = (events: readonly { readonly type: string }[], type: string) =>
  waitFor({ what: type, timeoutMs: 20_000, probe: () => events.some((event) => event.type === type) });

/** As after the loss of a disk. */
const lostData = { systemIdentifier: null, role: 'uninitialized', timeline: 0, lsn: 0 };

const untilLater = () =>
  waitFor({ what: 'time to pass', timeoutMs: 15_000, probe: () => false }).catch(() => undefined);

describe('a lost worker', () => {
  it.each([
    ['that died', (watched: Watched) => watched.cluster.runtime.kill('worker1')],
    ['that answers nobody', (watched: Watched) => watched.cluster.runtime.pause('worker1')],
    ['that a person stops', (watched: Watched) => watched.cluster.runtime.stop('worker1')],
  ])('%s is done without, and its copies are made anew once it is back', async (_, lose) => {
    const watched = await makeTable();
    const { cluster } = watched;
    const events = await watching(watched, async () => {
      await untilHeard();
      await lose(watched);
      await untilActive(watched, 'worker1', false, 4_000);
      if ((await cluster.runtime.member('worker1')).intent === 'stopped') await cluster.runtime.start('worker1');
      await untilRuns(cluster, 'worker1');
      await untilWhole(watched);
    });
    const types = events.map(({ type }) => type);
    const repair = ['worker-disabled', 'worker-activated', 'copying-shards', 'redundancy-restored'];
    expect([...new Set(types.filter((type) => repair.includes(type)))]).toEqual(repair);
  });

  it('stays in service where another one is lost too, and where somebody has only it', async () => {
    const watched = await makeTable();
    const { simulated, cluster } = watched;
    simulated.servers.shards.push({ shardId: '4', table: 'single', groups: new Set([3]) });
    const events = await watching(watched, async (_, told) => {
      await untilHeard();
      await cluster.runtime.stop('worker1');
      await untilActive(watched, 'worker1', false);
      await cluster.runtime.stop('worker2');
      await cluster.runtime.stop('worker3');
      await untilTold(told, 'worker-needed');
      await untilHeard();
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'worker-needed',
        member: 'worker3',
        why: 'only-copies',
        tables: ['rooms', 'single'],
      }),
    );
    expect(isActive(watched, 'worker2')).toBe(true);
    expect(isActive(watched, 'worker3')).toBe(true);
  });

  it('is done without though nobody saw it die, and though a coordinator was lost with it', async () => {
    const watched = await makeTable();
    const { simulated, cluster } = watched;
    await simulated.run(async () => {
      await cluster.runtime.stop('worker1');
      await cluster.runtime.kill((await leaderName(cluster)) ?? '');
    });
    await watching(watched, async () => void (await untilActive(watched, 'worker1', false, 40_000)));
    expect(isActive(watched, 'worker1')).toBe(false);
  });

  it('is done without where nobody but the leader cannot reach it, and taken back once it does', async () => {
    const watched = await makeTable();
    const { servers } = watched.simulated;
    await watching(watched, async () => {
      servers.cutOff.add('worker1');
      await untilActive(watched, 'worker1', false, 20_000);
      await untilLater();
      expect(isActive(watched, 'worker1')).toBe(false);
      servers.cutOff.clear();
      await untilWhole(watched);
    });
    expect(isActive(watched, 'worker1')).toBe(true);
  });

  it('stays in service where who works on the whole cluster has it begin a new life', async () => {
    const watched = await makeTable();
    const { cluster } = watched;
    const events = await watching(watched, async (_, told) => {
      await untilHeard();
      await cluster.runtime.withLock('cluster', async () => {
        await cluster.runtime.stop('worker1');
        await waitFor({
          what: 'it to be told',
          probe: () => told.some(({ type }) => type === 'died'),
          timeoutMs: 2_000,
        });
        await cluster.runtime.start('worker1');
        await untilLater();
      });
    });
    expect(events.map(({ type }) => type)).not.toContain('worker-disabled');
  });

  it('is made anew where its data are gone, also where who did that dies meanwhile', async () => {
    for (const effects of [undefined, 2, 4, 6]) {
      const watched = await makeTable();
      const { cluster, simulated } = watched;
      const lose = async () => {
        await cluster.runtime.kill('worker1');
        Object.assign(simulated.patroni('worker1')?.member('worker1') ?? {}, lostData);
        await untilActive(watched, 'worker1', false);
      };
      if (effects === undefined)
        await watching(watched, async () => void (await lose().then(() => untilWhole(watched, 90_000))));
      else {
        const dying = await openCluster(crashingAfter(simulated.context, effects));
        await watching(watched, lose);
        await watching(watched, async () => void (await untilLater().then(() => untilLater())), [dying]);
        await watching(watched, async () => void (await untilWhole(watched, 90_000)));
      }
      expect(isActive(watched, 'worker1')).toBe(true);
    }
  });

  it('is left alone while the cluster is paused, and where it is never to be', async () => {
    const paused = await makeTable();
    await paused.simulated.run(() => setMaintenance(paused.cluster, true));
    const never = await makeTable({ sentinel: { enabled: true, fenceAfterMs: 1_200, disableAfterMs: null } });
    for (const watched of [paused, never]) {
      await watching(watched, async () => {
        await watched.cluster.runtime.stop('worker1');
        await untilLater();
      });
      expect(isActive(watched, 'worker1')).toBe(true);
    }
  });

  it('is not taken back where somebody else has disabled it', async () => {
    const watched = await makeTable();
    const { simulated } = watched;
    const index = simulated.servers.nodes.findIndex(({ host }) => host === 'worker1');
    const node = simulated.servers.nodes[index];
    if (node) simulated.servers.nodes[index] = { ...node, active: false };
    await watching(watched, async () => void (await untilLater()));
    expect(isActive(watched, 'worker1')).toBe(false);
  });

  it('is repaired wherever a sentinel dies meanwhile', async () => {
    for (let effects = 1; effects <= 12; effects++) {
      const watched = await makeTable();
      const { simulated, cluster } = watched;
      const dying = await openCluster(crashingAfter(simulated.context, effects));
      await watching(watched, async () => {
        await cluster.runtime.kill('worker1');
        await waitFor({ what: 'time to pass', timeoutMs: 6_000, probe: () => false }).catch(() => undefined);
      }, [dying]);
      await watching(watched, async () => {
        await untilRuns(cluster, memberNamed(cluster, 'worker1').name);
        await untilWhole(watched, 40_000);
      });
      expect(isActive(watched, 'worker1')).toBe(true);
    }
  });
});
