import { coordinators, defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { changeLog } from './change-log.js';
import { electLeader } from './elect-leader.js';
import { simulatePatroni } from '../testing/simulated-patroni.js';

const spec = defaultClusterSpec();

it('configures a group whose PostgreSQL does not start before anyone leads', async () => {
  const failed = { role: 'replica', state: 'start failed', timeline: 1 };
  const simulation = await simulatePatroni(
    spec,
    { 'coord-1': failed, 'coord-2': { ...failed } },
    (request, members) => {
      if (request === 'PATCH /config') members.set('coord-1', { role: 'leader', state: 'running', timeline: 2 });
    },
  );
  const log = changeLog(undefined);
  await expect(simulation.run((cluster) => electLeader(cluster, coordinators(spec), log))).resolves.toMatchObject({
    name: 'coord-1',
  });
  expect(log.changes).toEqual([{ type: 'configured', members: ['coord-1', 'coord-2'], toStart: true }]);
});

it('does not take one that Patroni starts again and again for one that recovers', async () => {
  const again = { role: 'replica', state: 'starting', told: 'start failed', timeline: 1 };
  const simulation = await simulatePatroni(spec, { 'coord-1': again, 'coord-2': { ...again } }, (request, members) => {
    if (request === 'PATCH /config') members.set('coord-1', { role: 'leader', state: 'running', timeline: 2 });
  });
  const log = changeLog(undefined);
  await expect(simulation.run((cluster) => electLeader(cluster, coordinators(spec), log))).resolves.toMatchObject({
    name: 'coord-1',
  });
});

it('leaves the configuration of a group that starts to those who check it first', async () => {
  const standby = { role: 'replica', state: 'streaming', timeline: 1 };
  const leader = { role: 'leader', state: 'running', timeline: 1 };
  const simulation = await simulatePatroni(spec, { 'coord-1': leader, 'coord-2': standby });
  await simulation.run((cluster) => electLeader(cluster, coordinators(spec), changeLog(undefined)));
  expect(simulation.requests.filter((request) => request.endsWith('/config'))).toEqual([]);
});
