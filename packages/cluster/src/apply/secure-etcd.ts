import { messageOf } from '@citus-ha/core';
import { enableEtcdAccess, etcdUsers, type EtcdUser } from '@citus-ha/emitters';
import type { EtcdClient } from '@citus-ha/dcs';
import { isEtcdClosed, missingUsers } from '../observe/etcd-access.js';
import type { ClusterHandle } from '../cluster-handle.js';
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
export async function secureEtcd(etcd: EtcdClient, users: readonly EtcdUser[]): Promise<boolean> {
  const isClosed = await isEtcdClosed(etcd, users);
  const missing = isClosed ? await missingUsers(etcd, users) : users;
  for (const user of missing) await makeUser(etcd, user);
  if (!isClosed) await etcd.send(enableEtcdAccess.path, enableEtcdAccess.body);
  return missing.length > 0;
}

async function makeUser(etcd: EtcdClient, { user, password, requests }: EtcdUser): Promise<void> {
  for (const { path, body } of requests) {
    await etcd.send(path, body).catch(async (error: unknown) => {
      if (!/already exists/.test(messageOf(error))) throw error;
      // Left by an interrupted run, perhaps of a record that is gone.
      if (path === '/v3/auth/user/add') await etcd.send('/v3/auth/user/changepw', { name: user, password });
    });
  }
}
