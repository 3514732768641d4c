import {
  CodedError,
  codeOf,
  isCodedError,
  messageOf,
  type Answer,
  exchange,
  type RequestOptions,
} from '@citus-ha/core';
import { deleteIfUnchanged, type Outcome } from './delete-if-unchanged.js';
import { authenticate, EtcdConnection, requestTo, type EtcdEndpoint, type EtcdLogin } from './etcd-connection.js';
import { encode, parseKey, type EtcdKey } from './etcd-key.js';
import { makeRoom, readSpace, unknownSpace, type EtcdSpace } from './etcd-space.js';

export interface EtcdClientOptions {
  /** Tried in turn. */
  readonly endpoints: readonly EtcdEndpoint[];
  /** Used where etcd asks who it is talking to. */
  readonly login?: EtcdLogin | undefined;
}

export interface EtcdHealth extends EtcdSpace {
  readonly endpoint: EtcdEndpoint;
  /** Whether it serves reads and writes, which needs a majority. */
  readonly healthy: boolean;
  /** Why not. */
  readonly problem: string | null;
}

/**
 * etcd's v3 API through its JSON gateway (etcd manual, "gRPC gateway"), etcd 3.4 and later. A request goes to the next
 * endpoint when one does not answer.
 *
 * Methods throw CodedError `ETCD_UNREACHABLE` or `ETCD_NO_ANSWER` after the last endpoint, `ETCD_REFUSED` with etcd's
 * reason, `ETCD_LOGIN_REFUSED` where it does not take the password, `ETCD_BAD_ANSWER` for an answer that is not etcd's.
 */
export interface EtcdClient {
  readonly endpoints: readonly EtcdEndpoint[];
  get(key: string, options?: RequestOptions): Promise<EtcdKey | undefined>;
  /** Deletes keys in one transaction, provided that the guard is still there, unchanged in value, revision and lease. */
  deleteIfUnchanged(guard: EtcdKey, keys: readonly string[], options?: RequestOptions): Promise<Outcome>;
  /** Whether etcd takes a login; `closed` is false while it asks nobody who he is, and takes none. */
  tryLogin(login: EtcdLogin, options?: RequestOptions): Promise<{ readonly closed: boolean; readonly taken: boolean }>;
  /** Any other request of the gateway, by its path: `/v3/auth/user/add`. It must be one that can be repeated. */
  send(path: string, body: object, options?: RequestOptions): Promise<void>;
  /** The keys that begin so. */
  keys(prefix: string, options?: RequestOptions): Promise<readonly string[]>;
  /** Forgets old revisions, gives their space back on every member, and lifts the alarm that it was full. */
  makeRoom(options?: RequestOptions): Promise<void>;
  /** Of every endpoint; throws only when aborted. */
  health(options?: RequestOptions): Promise<readonly EtcdHealth[]>;
}

export function createEtcdClient({ endpoints, login }: EtcdClientOptions): EtcdClient {
  const connection = new EtcdConnection(login);

  /** Of the first endpoint that answers. */
  const first = async <T>(ask: (endpoint: EtcdEndpoint) => Promise<T>, options?: RequestOptions): Promise<T> => {
    const failures: unknown[] = [];
    for (const endpoint of endpoints) {
      try {
        return await ask(endpoint);
      } catch (error) {
        options?.signal?.throwIfAborted();
        // The next one has the same passwords.
        if (codeOf(error) === 'ETCD_LOGIN_REFUSED') throw error;
        failures.push(error);
      }
    }
    const last = failures.at(-1);
    if (failures.length === 1) throw last;
    throw new CodedError(
      isCodedError(last) ? last.code : 'ETCD_UNREACHABLE',
      `No etcd endpoint answered: ${failures.map(messageOf).join('; ') || 'none is known'}`,
      {
        cause: last,
        member: endpoints[0]?.member,
        fix: 'Start etcd, or check that a majority of its members runs.',
      },
    );
  };
  const call = (path: string, body: object, options?: RequestOptions): Promise<Answer> =>
    first((endpoint) => connection.send(endpoint, path, body, options), options);

  const get = async (key: string, options?: RequestOptions): Promise<EtcdKey | undefined> =>
    (await call('/v3/kv/range', { key: encode(key) }, options)).objectsOrNone('kvs').map(parseKey)[0];

  return {
    endpoints,
    get,
    deleteIfUnchanged: (guard, keys, options) => {
      const requests = {
        endpoints,
        send: (endpoint: EtcdEndpoint, path: string, body: object) => connection.send(endpoint, path, body, options),
        get: (key: string) => get(key, options),
        signal: options?.signal,
      };
      return deleteIfUnchanged(requests, guard, keys);
    },
    tryLogin: (tried, options) =>
      first((endpoint) => authenticate(endpoint, tried, options), options).then(
        (token) => ({ closed: token !== undefined, taken: token !== undefined }),
        (error: unknown) => {
          if (codeOf(error) !== 'ETCD_LOGIN_REFUSED') throw error;
          return { closed: true, taken: false };
        },
      ),
    send: async (path, body, options) => void (await call(path, body, options)),
    keys: async (prefix, options) => {
      const range = { key: encode(prefix), range_end: encode(next(prefix)), keys_only: true };
      return (await call('/v3/kv/range', range, options)).objectsOrNone('kvs').map((one) => parseKey(one).key);
    },
    makeRoom: (options) =>
      makeRoom(
        (endpoint, path, body) => connection.send(endpoint, path, body, { timeoutMs: 60_000, ...options }),
        endpoints,
      ),
    health: (options) =>
      Promise.all(
        endpoints.map(async (endpoint) => {
          const send = (to: EtcdEndpoint, path: string, body: object) => connection.send(to, path, body, options);
          const [health, space] = await Promise.all([
            healthOf(endpoint, options),
            readSpace(send, endpoint).catch(() => unknownSpace),
          ]);
          return { ...health, ...space };
        }),
      ),
  };
}

/** The first text after all that begin so. */
function next(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

async function healthOf(endpoint: EtcdEndpoint, options?: RequestOptions): Promise<Omit<EtcdHealth, keyof EtcdSpace>> {
  try {
    const { text } = await exchange({ ...requestTo(endpoint, '/health', options), method: 'GET' });
    const healthy = /"health"\s*:\s*"true"/.test(text);
    return { endpoint, healthy, problem: healthy ? null : text.trim() };
  } catch (error) {
    options?.signal?.throwIfAborted();
    return { endpoint, healthy: false, problem: messageOf(error) };
  }
}
