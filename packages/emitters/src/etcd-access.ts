import { createHmac } from 'node:crypto';
import { databaseMembers } from '@citus-ha/config';
import type { RenderedFile, Secrets } from '@citus-ha/layout';
import { namespace, patroniScope } from './patroni-scope.js';
import type { RenderInput } from './rendering.js';

/** How someone logs in to etcd. */
export interface EtcdLogin {
  readonly user: string;
  readonly password: string;
}

/** A user of etcd. */
export interface EtcdUser extends EtcdLogin {
  /** It reads and writes the keys below: `/service/citusap`. None for root, who may do everything. */
  readonly folder?: string;
}

/** A request to etcd's JSON gateway. */
interface EtcdRequest {
  readonly path: string;
  readonly body: object;
}

/**
 * Everyone who may log in to etcd: root, and for each Patroni scope a user who sees its prefix only. None in a cluster whose
 * etcd has no users yet.
 */
export function etcdUsers({ spec, engine, secrets }: Omit<RenderInput, 'site'>): readonly EtcdUser[] {
  const root = rootLogin(secrets);
  if (root === undefined) return [];
  const scopes = new Set(databaseMembers(spec).map((member) => patroniScope(spec, engine, member).scope));
  const users = [...scopes].flatMap((scope) => {
    const login = scopeLogin(secrets, scope);
    return login === undefined ? [] : [{ ...login, folder: `${namespace}${scope}` }];
  });
  return [root, ...users];
}

/**
 * The same for the image of etcd, which closes a cluster of rendered files by itself: a line a request, path and body. First
 * is root's login, which etcd refuses until it has been closed. `undefined` where etcd has no users yet.
 */
export function etcdAccessFile(input: Omit<RenderInput, 'site'>): RenderedFile | undefined {
  const [root, ...scopes] = etcdUsers(input);
  if (root === undefined) return undefined;
  const login = { path: '/v3/auth/authenticate', body: { name: root.user, password: root.password } };
  const requests: readonly EtcdRequest[] = [
    login,
    ...[root, ...scopes].flatMap(requestsFor),
    { path: '/v3/auth/enable', body: {} },
  ];
  const content = requests.map(({ path, body }) => `${path} ${JSON.stringify(body)}\n`).join('');
  return { path: '/etc/etcd/access', content, mode: 0o600 };
}

/** Of whoever administers etcd; `undefined` where etcd has no users yet. */
export function rootLogin(secrets: Secrets): EtcdLogin | undefined {
  return loginOf(secrets, 'root');
}

/** Of a Patroni scope; `undefined` where etcd has no users yet. */
export function scopeLogin(secrets: Secrets, scope: string): EtcdLogin | undefined {
  // A cluster may be called root.
  return loginOf(secrets, `patroni-${scope}`);
}

/** Derived, so that who holds one password can make no other of it, and a scope added later needs nothing kept. */
function loginOf({ etcd }: Secrets, user: string): EtcdLogin | undefined {
  return etcd === undefined
    ? undefined
    : { user, password: createHmac('sha256', etcd).update(user).digest('base64url') };
}

/** What makes a user, whose role has its own name (etcd manual, "Role-based access control"). */
function requestsFor({ user, password, folder }: EtcdUser): readonly EtcdRequest[] {
  return [
    { path: '/v3/auth/user/add', body: { name: user, password } },
    { path: '/v3/auth/role/add', body: { name: user } },
    ...(folder === undefined ? [] : [{ path: '/v3/auth/role/grant', body: { name: user, perm: permission(folder) } }]),
    { path: '/v3/auth/user/grant', body: { user, role: user } },
  ];
}

/** Every key below a folder: `0` follows the slash. */
function permission(folder: string): object {
  return { permType: 'READWRITE', key: base64(`${folder}/`), range_end: base64(`${folder}0`) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
