import { coordinators, defaultClusterSpec, workers, type MemberSpec } from '@citus-ha/config';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { describe, expect, it } from 'vitest';
import { startIntoService } from './start-into-service.js';
import { simulatePatroni, type SimulatedMember } from '../testing/simulated-patroni.js';

const spec = defaultClusterSpec();
const [, second] = coordinators(spec) as [MemberSpec, MemberSpec];
const leader: SimulatedMember = { role: 'leader', state: 'running', timeline: 2 };
const behind: SimulatedMember = { role: 'replica', state: 'streaming', timeline: 1 };

describe('a member that is started', () => {
  it('is started once it streams on the timeline of the leader', async () => {
    let looks = 0;
    const simulation = await simulatePatroni(spec, { 'coord-1': leader, 'coord-2': behind }, (asked, members) => {
      if (asked === 'GET /patroni') looks += 1;
      if (looks === 4) members.set('coord-2', { ...behind, timeline: 2 });
    });
    expect(await simulation.run((cluster) => startIntoService(cluster, second))).toBeUndefined();
    expect(looks).toBe(4);
  });

  it('is said not to catch up where the leader has no WAL for it any more, without waiting for it in vain', async () => {
    const removed = 'FATAL:  could not receive data: ERROR:  requested WAL segment 07 has already been removed';
    const stuck = { role: 'replica', state: 'running', timeline: 2, log: Array.from({ length: 9 }, () => removed) };
    const simulation = await simulatePatroni(spec, { 'coord-1': leader, 'coord-2': stuck });
    expect(await simulation.run((cluster) => startIntoService(cluster, second))).toMatchObject({
      code: 'CANNOT_CATCH_UP',
      member: 'coord-2',
      message: expect.stringContaining('requested WAL segment 07 has already been removed') as string,
    });
  });

  it('is said to have broken data where Patroni says so, and how it is copied anew', async () => {
    const invalid =
      'INFO: data dir for the cluster is not empty, but system ID is invalid; consider doing reinitialize';
    const broken = { role: 'replica', state: 'stopped', timeline: 0, log: Array.from({ length: 9 }, () => invalid) };
    const simulation = await simulatePatroni(spec, { 'coord-1': leader, 'coord-2': broken });
    expect(await simulation.run((cluster) => startIntoService(cluster, second))).toMatchObject({
      code: 'CANNOT_CATCH_UP',
      message: expect.stringContaining('system ID is invalid') as string,
    });
  });

  it('is not started where its PostgreSQL is not, again and again, and its last lines say why', async () => {
    const why = 'FATAL:  data directory "/var/lib/citus-ha/data" has invalid permissions';
    const failed = { role: 'replica', state: 'starting', told: 'start failed', timeline: 1, log: [why] };
    const simulation = await simulatePatroni(spec, { 'coord-1': leader, 'coord-2': failed });
    await expect(simulation.run((cluster) => startIntoService(cluster, second))).rejects.toMatchObject({
      code: 'START_FAILED',
      member: 'coord-2',
      message: expect.stringContaining(why) as string,
      fix: expect.stringContaining('mode 0700') as string,
    });
  });

  it('is said to wait for etcd where that is away, and how it is started', async () => {
    const simulation = await simulatePatroni(spec, { 'coord-2': { role: 'replica', state: 'stopped', timeline: 1 } });
    expect(await simulation.run((cluster) => startIntoService(cluster, second))).toEqual({
      code: 'ETCD_UNHEALTHY',
      member: 'coord-2',
      message: 'coord-2 waits for etcd, which has no quorum',
      fix: expect.stringContaining('`citus-ha start etcd`') as string,
    });
  });

  it('is said to be built anew where it is a worker with broken data, without waiting for it in vain', async () => {
    const invalid =
      'INFO: data dir for the cluster is not empty, but system ID is invalid; consider doing reinitialize';
    const broken = { role: 'replica', state: 'stopped', timeline: 0, log: Array.from({ length: 9 }, () => invalid) };
    const simulation = await simulatePatroni(spec, { worker1: broken });
    const [worker] = workers(spec) as [MemberSpec];
    await expect(simulation.run((cluster) => startIntoService(cluster, worker))).rejects.toMatchObject({
      code: 'DATA_LOST',
      message: expect.stringContaining('global/pg_control is broken') as string,
      fix: expect.stringContaining('citus-ha rebuild worker1') as string,
    });
  });

  it('is not started where it ends at once, and its last lines say why', async () => {
    const simulation = await simulatePatroni(spec, { 'coord-1': leader });
    const runtime = createMemoryRuntime({
      cluster: 'ends',
      run: (process) => {
        process.log("PermissionError: [Errno 13] Permission denied: 'db'");
        process.exit(1);
      },
    });
    const { name, kind } = { name: 'haproxy', kind: 'proxy' } as const;
    await runtime.create({ name, kind, command: ['true'], env: {}, files: [], ports: {} });
    const started = simulation.run((cluster) => startIntoService({ ...cluster, runtime }, { name, kind }));
    await expect(started).rejects.toMatchObject({
      code: 'MEMBER_ENDED',
      message: expect.stringContaining('Permission denied') as string,
    });
  });
});
