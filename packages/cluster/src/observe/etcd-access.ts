import type { Dcs, EtcdUser } from '@citus-ha/dcs';

/** Whether etcd asks who he is whoever comes. */
export async function isEtcdClosed(etcd: Dcs, [root]: readonly EtcdUser[]): Promise<boolean> {
  return root !== undefined && (await etcd.tryLogin(root)).closed;
}

/** Of these, those who cannot log in. */
export async function missingUsers(etcd: Dcs, users: readonly EtcdUser[]): Promise<readonly EtcdUser[]> {
  const missing: EtcdUser[] = [];
  for (const user of users) if (!(await etcd.tryLogin(user)).taken) missing.push(user);
  return missing;
}
