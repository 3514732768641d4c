import { crashingAfter } from '@citus-ha/cluster/testing';
import {
  down,
  leaderName,
  memberNamed,
  openCluster,
  readStatus,
  reinitialize,
  restartMember,
  setMaintenance,
  type ClusterHandle,
} from '@citus-ha/cluster';
import { waitFor } from '@citus-ha/core';
import { describe, expect, it } from 'vitest';
import type { SentinelEvent } from './sentinel-event.js';
import { makeCluster, untilHeard, untilRuns, watching, type Watched } from './testing/watched.js';

function untilLed(cluster: ClusterHandle, isRight: (name: string) => boolean, timeoutMs = 10_000): Promise<string> {
  return waitFor({
    what: 'the right one to lead',
    timeoutMs,
    probe: async () => {
      const name = await leaderName(cluster);
      return name !== undefined && isRight(name) && name;
    },
  });
}

const standbyOf = (cluster: ClusterHandle, leader: string) =>
  memberNamed(cluster, leader === 'coord-1' ? 'coord-2' : 'coord-1');

describe('a sentinel', () => {
  it('has another one lead at once, and starts the dead leader again', async () => {
    const watched = await makeCluster();
    const { cluster } = watched;
    let dead = '';
    const events = await watching(watched, async (leader) => {
      dead = leader;
      await cluster.runtime.kill(leader);
      await untilLed(cluster, (name) => name !== leader, 3_000);
      await untilRuns(cluster, leader);
    });
    expect(events.map(({ type }) => type)).toEqual(['watching', 'died', 'deposed', 'succeeded', 'restarting']);
    expect(events.at(-2)).toMatchObject({ afterMs: expect.any(Number) as number, promisedMs: 1_600 });
    expect(events.at(-1)).toMatchObject({ member: dead, why: 'rejoin' });
  });

  it('does so though it was not there when the leader died', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;
    const leader = await simulated.run(() => leaderName(cluster));
    await cluster.runtime.kill(leader ?? '');
    const events = await watching(
      watched,
      async () => void (await untilLed(cluster, (name) => name !== leader, 3_000)),
    );
    expect(events).toContainEqual(expect.objectContaining({ type: 'deposed', member: leader }));
  });

  it('starts a leader again where nobody else may lead', async () => {
    const watched = await makeCluster();
    const { cluster } = watched;
    const events = await watching(watched, async (leader) => {
      const standby = leader === 'coord-1' ? 'coord-2' : 'coord-1';
      await cluster.runtime.stop(standby);
      await waitFor({
        what: 'nobody to be synchronous',
        timeoutMs: 10_000,
        probe: async () => !(await cluster.dcs.get('/service/citusap/sync'))?.value.includes(standby),
      });
      await cluster.runtime.kill(leader);
      await untilRuns(cluster, leader);
      await untilLed(cluster, (name) => name === leader);
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'restarting', why: 'no-candidate' }));
    expect(events.map(({ type }) => type)).not.toContain('deposed');
  });

  it('starts all coordinators again at once where who was to succeed the first died too', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;
    const events = await watching(watched, async (leader, told) => {
      const both = [leader, standbyOf(cluster, leader).name];
      const diedAt = simulated.clock.now();
      await cluster.runtime.kill(leader);
      const probe = () => told.some(({ type }) => type === 'deposed');
      await waitFor({ what: 'the leader to be deposed', timeoutMs: 2_000, intervalMs: 5, probe });
      await cluster.runtime.kill(both[1] ?? '');
      for (const name of both) await untilRuns(cluster, name);
      expect(simulated.clock.now() - diedAt).toBeLessThan(1_500);
      await untilLed(cluster, (name) => both.includes(name));
    });
    expect(events.filter(({ type }) => type === 'restarting')).toHaveLength(2);
  });

  it('starts a worker again that has no other one in its group, later each time that it dies', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;
    const took: number[] = [];
    await watching(watched, async () => {
      for (let times = 0; times < 3; times++) {
        const diedAt = simulated.clock.now();
        await cluster.runtime.kill('worker1');
        await untilRuns(cluster, 'worker1');
        took.push(simulated.clock.now() - diedAt);
        await waitFor({
          what: 'it to lead',
          timeoutMs: 10_000,
          probe: async () => (await cluster.patroni('worker1').status()).role === 'primary',
        });
      }
    });
    expect(took[0]).toBeLessThan(500);
    expect(took[1]).toBeGreaterThan(900);
    expect(took[2]).toBeGreaterThan(1_900);
  });

  it('leaves a paused cluster, and what was stopped on purpose, alone', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;
    await simulated.run(() => setMaintenance(cluster, true));
    const events = await watching(watched, async (leader, told) => {
      await cluster.runtime.kill(leader);
      await waitFor({
        what: 'a decision',
        timeoutMs: 5_000,
        probe: () => told.some(({ type }) => type === 'stood-down'),
      });
      expect((await cluster.runtime.member(leader)).state).toBe('exited');
      await cluster.runtime.stop('worker1');
      await waitFor({
        what: 'its end',
        timeoutMs: 5_000,
        probe: () => told.filter(({ type }) => type === 'died').length === 2,
      });
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'stood-down', why: 'paused' }));
    expect((await cluster.runtime.member('worker1')).state).toBe('exited');
  });

  it('does with another one what is done once', async () => {
    const watched = await makeCluster();
    const { cluster } = watched;
    const both = [cluster, cluster];
    const events = await watching(
      watched,
      async (leader) => {
        await cluster.runtime.kill(leader);
        await untilLed(cluster, (name) => name !== leader, 3_000);
        await untilRuns(cluster, leader);
      },
      both,
    );
    expect(events.filter(({ type }) => type === 'deposed')).toHaveLength(1);
  });

  it('leaves nothing undone that another one does not do, wherever it dies', async () => {
    for (let effects = 1; effects <= 6; effects++) {
      const watched = await makeCluster();
      const { simulated, cluster } = watched;
      const dying = await openCluster(crashingAfter(simulated.context, effects));
      const leader = (await simulated.run(() => leaderName(cluster))) ?? '';
      await watching(watched, async () => {
        await cluster.runtime.kill(leader);
        await waitFor({ what: 'time to pass', timeoutMs: 500, probe: () => false }).catch(() => undefined);
      }, [dying]);
      let next = leader;
      await watching(watched, async () => {
        next = await untilLed(cluster, (name) => name !== leader, 5_000);
      });
      expect(next).not.toBe(leader);
    }
  });

  it('kills a leader that answers nobody, so that another one leads', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;
    let tookMs = 0;
    const events = await watching(watched, async (leader) => {
      await untilHeard();
      const frozenAt = simulated.clock.now();
      await cluster.runtime.pause(leader);
      await untilLed(cluster, (name) => name !== leader);
      tookMs = simulated.clock.now() - frozenAt;
      await untilRuns(cluster, leader);
    });
    expect(events.map(({ type }) => type)).toEqual([
      'watching',
      'fencing',
      'died',
      'deposed',
      'succeeded',
      'restarting',
    ]);
    expect(events[1]).toMatchObject({ patroni: 'silent' });
    expect(events[4]).toMatchObject({ promisedMs: 3_700 });
    expect(tookMs).toBeGreaterThan(1_200);
    expect(tookMs).toBeLessThan(2_500);
  });

  it('kills a leader whose PostgreSQL is down, and whose Patroni neither starts it nor steps down', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;
    const events = await watching(watched, async (leader) => {
      await untilHeard();
      const member = simulated.patroni(leader)?.member(leader);
      if (member) member.isDiskFull = true;
      await untilLed(cluster, (name) => name !== leader);
      await untilHeard();
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'fencing', postgres: 'refused', patroni: 'heard' }));
    expect(events.map(({ type }) => type)).toContain('succeeded');
  });

  it.each<[string, (watched: Watched, leader: string) => Promise<unknown>]>([
    ['restarted', ({ cluster }, leader) => restartMember(cluster, memberNamed(cluster, leader))],
    ['copied anew', ({ cluster }, leader) => reinitialize(cluster, standbyOf(cluster, leader))],
    ['brought down', ({ simulated }) => down(simulated.context, { volumes: false })],
  ])('leaves members alone that are %s', async (_, command) => {
    const watched = await makeCluster();
    const events = await watching(watched, async (leader) => {
      await untilHeard();
      await command(watched, leader);
      await untilHeard();
    });
    expect(events.filter(({ type }) => ['fencing', 'deposed', 'restarting', 'let-go'].includes(type))).toEqual([]);
  });

  it('kills a synchronous standby that answers nobody, and has its leader wait for it no longer', async () => {
    const watched = await makeCluster();
    const { cluster } = watched;
    const events = await watching(watched, async (leader) => {
      await untilHeard();
      const standby = leader === 'coord-1' ? 'coord-2' : 'coord-1';
      await cluster.runtime.pause(standby);
      await untilRuns(cluster, standby);
    });
    expect(events.map(({ type }) => type)).toEqual(['watching', 'fencing', 'died', 'let-go', 'restarting']);
  });

  it.each<[string, (watched: Watched, leader: string) => Promise<unknown>, Partial<SentinelEvent>[]]>([
    ['the cluster is paused', ({ cluster }) => setMaintenance(cluster, true), [{ type: 'spared', why: 'paused' }]],
    [
      'nobody answers who could lead',
      ({ cluster }, leader) => cluster.runtime.pause(leader === 'coord-1' ? 'coord-2' : 'coord-1'),
      [
        { type: 'spared', why: 'no-witness' },
        { type: 'spared', why: 'no-witness' },
      ],
    ],
    ['it was stopped meanwhile', ({ cluster }, leader) => cluster.runtime.stop(leader), []],
  ])('leaves a leader alone that answers nobody where %s', async (_, before, told) => {
    const watched = await makeCluster();
    const { cluster } = watched;
    const events = await watching(watched, async (leader) => {
      await untilHeard();
      await before(watched, leader);
      if ((await cluster.runtime.member(leader)).state === 'running') await cluster.runtime.pause(leader);
      await waitFor({ what: 'time to pass', timeoutMs: 5_000, probe: () => false }).catch(() => undefined);
    });
    expect(events.filter(({ type }) => ['spared', 'fencing'].includes(type))).toMatchObject(told);
  });

  it('kills nobody where it is told never to', async () => {
    const watched = await makeCluster({ sentinel: { enabled: true, fenceAfterMs: null, disableAfterMs: null } });
    const { cluster } = watched;
    const events = await watching(watched, async (leader) => {
      await untilHeard();
      await cluster.runtime.pause(leader);
      await waitFor({ what: 'time to pass', timeoutMs: 5_000, probe: () => false }).catch(() => undefined);
      await cluster.runtime.resume(leader);
    });
    expect(events.map(({ type }) => type)).toEqual(['watching']);
  });

  it('is seen by status as long as it runs', async () => {
    const watched = await makeCluster();
    const { simulated, cluster } = watched;

    await watching(watched, async () => {
      await waitFor({
        what: 'it to be seen',
        timeoutMs: 5_000,
        probe: async () => (await readStatus(cluster)).sentinel.running === true,
      });
    });
    expect((await simulated.run(() => readStatus(cluster))).sentinel).toEqual({ running: false, pid: null });
  });
});
