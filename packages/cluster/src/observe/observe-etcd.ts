import { etcdUsers } from '@citus-ha/emitters';
import type { ClusterHandle } from '../cluster-handle.js';
import { isDatabase } from '../open-cluster.js';
import type { EtcdSeen } from '../plan/plan-cluster.js';
import { renderInput } from '../render-input.js';
import { isEtcdClosed, missingUsers } from './etcd-access.js';

/** As that of a new cluster will be. */
export const newEtcd: EtcdSeen = { isFull: false, access: 'open', databases: [], stranded: [] };

/**
 * etcd, which must have a majority, as members that go on find it.
 *
 * @param findStranded Who among these is forgotten by it.
 */
export async function observeEtcd(
  cluster: ClusterHandle,
  living: readonly string[],
  findStranded: (cluster: ClusterHandle, databases: readonly string[]) => Promise<readonly string[]>,
): Promise<EtcdSeen> {
  const { dcs } = cluster;
  const databases = living.filter((name) => isDatabase(cluster, { name }));
  const users = etcdUsers(renderInput(cluster));
  const [health, isClosed, stranded] = await Promise.all([
    dcs.health(),
    isEtcdClosed(dcs, users),
    databases.length === 0 ? [] : findStranded(cluster, databases),
  ]);
  const lacksUsers = users.length > 0 && (!isClosed || (await missingUsers(dcs, users)).length > 0);
  return {
    isFull: health.some(({ alarms }) => alarms.includes('NOSPACE')),
    access: !lacksUsers ? 'closed' : isClosed ? 'lacks-users' : 'open',
    databases,
    stranded,
  };
}
