import { messageOf } from '@citus-ha/core';
import type { EtcdUser } from './dcs.js';
import { encode } from './etcd-key.js';

/** Goes on where an interrupted run has ended (etcd manual, "Role-based access control"). */
export async function makeUser(
  send: (path: string, body: object) => Promise<unknown>,
  { user, password, folder }: EtcdUser,
): Promise<void> {
  const unlessThere = (path: string, body: object) =>
    send(path, body).then(
      () => true,
      (error: unknown) => {
        if (!/already exists/.test(messageOf(error))) throw error;
        return false;
      },
    );
  const isNew = await unlessThere('/v3/auth/user/add', { name: user, password });
  // Left by an interrupted run, perhaps of a record that is gone.
  if (!isNew) await send('/v3/auth/user/changepw', { name: user, password });
  await unlessThere('/v3/auth/role/add', { name: user });
  if (folder !== undefined) await send('/v3/auth/role/grant', { name: user, perm: below(folder) });
  await send('/v3/auth/user/grant', { user, role: user });
}

/** `0` follows the slash. */
function below(folder: string): object {
  return { permType: 'READWRITE', key: encode(`${folder}/`), range_end: encode(`${folder}0`) };
}
