import { etcdUsers } from '@citus-ha/emitters';
import type { Dcs, EtcdUser } from '@citus-ha/dcs';
import type { ClusterHandle } from '../cluster-handle.js';
import { isEtcdClosed, missingUsers } from '../observe/etcd-access.js';
import { renderInput } from '../render-input.js';

/** {@link secureEtcd} for the users of a cluster; nothing where it is of before etcd had any. */
export async function closeEtcd(cluster: ClusterHandle): Promise<boolean> {
  const users = etcdUsers(renderInput(cluster));
  return users.length > 0 && secureEtcd(cluster.dcs, users);
}

/**
 * Gives etcd its users, root first, and closes it to everyone else; needs a majority of it. Does nothing where all of them
 * can log in. Can be repeated, and goes on where an interrupted run has ended. Patroni must know its login by then.
 *
 * @param etcd Logs in as root.
 * @returns Whether anything had to be done.
 * @throws CodedError `ETCD_LOGIN_REFUSED` where etcd was closed with other passwords.
 */
export async function secureEtcd(etcd: Dcs, users: readonly EtcdUser[]): Promise<boolean> {
  const isClosed = await isEtcdClosed(etcd, users);
  const missing = isClosed ? await missingUsers(etcd, users) : users;
  for (const user of missing) await etcd.makeUser(user);
  if (!isClosed) await etcd.closeToStrangers();
  return missing.length > 0;
}
