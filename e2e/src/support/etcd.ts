import type { ClusterRecord } from '@citus-ha/cluster';
import { rootLogin } from '@citus-ha/emitters';
import { createEtcdClient, type Dcs, type EtcdLogin } from '@citus-ha/dcs';
import { sendToEtcd } from '@citus-ha/dcs/testing';
import { openRuntime } from './runtime.js';
import type { TestCluster } from './test-cluster.js';

const recordKey = 'cluster.json';

/** etcd of a cluster under test, as its root or as whoever else is named; `null` is a stranger. */
export async function etcdOf(cluster: TestCluster, login?: EtcdLogin | null): Promise<Dcs> {
  const { members } = await cluster.status();
  const endpoints = members
    .filter(({ kind }) => kind === 'etcd')
    .map(({ name, host }) => ({ url: `http://${host}:2379`, member: name }));
  const { secrets } = await readRecord(cluster);
  return createEtcdClient({ endpoints, login: login === undefined ? rootLogin(secrets) : (login ?? undefined) });
}

/** Makes the cluster one as it was made before etcd had users: nobody is asked for a password, and its record has none. */
export async function forgetEtcdUsers(cluster: TestCluster): Promise<void> {
  const { endpoints } = await etcdOf(cluster);
  const { store } = await openRuntime(cluster);
  const { secrets, ...record } = await readRecord(cluster);
  await sendToEtcd({ endpoint: endpoints[0], login: rootLogin(secrets) }, '/v3/auth/disable', {});
  const { superuser, replication } = secrets;
  await store.write(recordKey, JSON.stringify({ ...record, secrets: { superuser, replication } }));
}

async function readRecord(cluster: TestCluster): Promise<ClusterRecord> {
  const { store } = await openRuntime(cluster);
  return JSON.parse((await store.read(recordKey)) ?? '') as ClusterRecord;
}
