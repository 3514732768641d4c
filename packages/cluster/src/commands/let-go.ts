import { withConnection } from '@citus-ha/citus';
import type { ClusterHandle } from '../cluster-handle.js';
import { dcsPathOf } from '../open-cluster.js';
import { memberNamed } from './start-stop.js';

/**
 * Has a leader wait no longer for a synchronous standby that is dead: ends its replication, whose connection may not know it yet,
 * and wakes Patroni, which would look in its next loop.
 *
 * @throws CodedError as PostgreSQL and etcd do.
 */
export async function letGo(cluster: ClusterHandle, leader: string, standby: string): Promise<void> {
  const ended = 'SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE application_name = $1';
  await withConnection(cluster.sql(leader), (client) => client.query(ended, [standby]), { timeoutMs: 1_000 });
  // A change of this key wakes Patroni (`dcs/etcd3.py`, `_process_event`): the same configuration, in other words.
  const config = await cluster.dcs.get(`${dcsPathOf(cluster, memberNamed(cluster, leader))}config`);
  if (config === undefined) return;
  const { key, value, modRevision } = config;
  const put = value.endsWith(' ') ? value.trimEnd() : `${value} `;
  await cluster.dcs.txn({ compare: [{ key, value, modRevision }], success: [{ put: key, value: put }] });
}
