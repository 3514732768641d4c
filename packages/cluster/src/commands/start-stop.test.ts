import { coordinators, defaultClusterSpec, type MemberSpec } from '@citus-ha/config';
import { expect, it, vi } from 'vitest';
import { allowLossOfStopped, presentMember } from './start-stop.js';
import { simulatePatroni } from '../testing/simulated-patroni.js';

const spec = defaultClusterSpec();
const [first] = coordinators(spec) as [MemberSpec];

it('closes an etcd that has lost its users too, without which no Patroni logs in, before who may lead is told to it', async () => {
  const simulation = await simulatePatroni(spec, { 'coord-1': { role: 'replica', state: 'stopped', timeline: 1 } });
  const { etcd } = simulation;
  etcd.faults.down = false;
  const txn = vi.spyOn(etcd, 'txn');
  const close = vi.spyOn(etcd, 'closeToStrangers');
  await simulation.run((cluster) => allowLossOfStopped(cluster, first));
  expect(close).toHaveBeenCalledBefore(txn);
  await expect(etcd.as(undefined).keys('/service/')).rejects.toMatchObject({ code: 'ETCD_REFUSED' });
});

it('tells a member that is gone from one that the cluster never had', async () => {
  const simulation = await simulatePatroni(spec, { 'coord-1': { role: 'leader', state: 'running', timeline: 1 } });
  expect(await presentMember(simulation.cluster, 'coord-1')).toEqual(first);
  await expect(presentMember(simulation.cluster, 'coord-2')).rejects.toMatchObject({
    code: 'MEMBER_MISSING',
    member: 'coord-2',
    fix: expect.stringContaining('citus-ha up') as string,
  });
  await expect(presentMember(simulation.cluster, 'coord-9')).rejects.toMatchObject({
    code: 'MEMBER_UNKNOWN',
    fix: expect.stringContaining('coord-2') as string,
  });
});
