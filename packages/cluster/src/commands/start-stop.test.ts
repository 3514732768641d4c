import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { coordinators, defaultClusterSpec, type MemberSpec } from '@citus-ha/config';
import { socketTo } from '@citus-ha/core';
import { afterEach, expect, it } from 'vitest';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';
import { allowLossOfStopped, presentMember } from './start-stop.js';
import { simulatePatroni, type Simulation } from '../testing/simulated-patroni.js';

const spec = defaultClusterSpec();
const [first] = coordinators(spec) as [MemberSpec];

let simulation: Simulation | undefined;
let etcd: Server | undefined;
afterEach(() => {
  simulation?.close();
  etcd?.close();
});

/** As one that has lost its data answers: it has no users until it is closed. */
async function withEmptyEtcd({ cluster }: Simulation, asked: string[]): Promise<ClusterHandle> {
  etcd = createServer((request, response) => {
    const isClosed = asked.includes('/v3/auth/enable');
    asked.push(request.url ?? '');
    if (request.url !== '/v3/auth/authenticate' || isClosed) return response.end('{"token":"t","ID":"1"}');
    return response.writeHead(400).end('{"error":"etcdserver: authentication is not enabled"}');
  });
  const address = `127.46.${process.pid % 251}.99`;
  await once(etcd.listen(2379, address), 'listening');
  const { runtime, site } = cluster;
  runtime.connect = (_name, port, options) => socketTo(address, port)(options);
  const members = { ...site.members, etcd: { ...site.members['coord-1'], address } } as typeof site.members;
  const secrets = { superuser: 'x', replication: 'x', etcd: 'x' };
  return clusterHandle(cluster, { site: { ...site, members }, record: { ...cluster.record, secrets } });
}

it('closes an etcd that has lost its users too, without which no Patroni logs in, before who may lead is told to it', async () => {
  const asked: string[] = [];
  simulation = await simulatePatroni(spec, { 'coord-1': { role: 'replica', state: 'stopped', timeline: 1 } });
  await allowLossOfStopped(await withEmptyEtcd(simulation, asked), first);
  expect(asked).toContain('/v3/auth/user/add');
  expect(asked.indexOf('/v3/kv/txn')).toBeGreaterThan(asked.indexOf('/v3/auth/enable'));
  expect(asked).toContain('/v3/auth/enable');
});

it('tells a member that is gone from one that the cluster never had', async () => {
  simulation = await simulatePatroni(spec, { 'coord-1': { role: 'leader', state: 'running', timeline: 1 } });
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
