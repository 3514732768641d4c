import {
  CodedError,
  codeOf,
  isCodedError,
  messageOf,
  type Answer,
  exchange,
  type RequestOptions,
} from '@citus-ha/core';
import type { Dcs, EtcdHealth, Transaction } from './dcs.js';
import { deleteIfUnchanged } from './delete-if-unchanged.js';
import { authenticate, EtcdConnection, requestTo, type EtcdEndpoint, type EtcdLogin } from './etcd-connection.js';
import { encode, parseKey, type EtcdKey } from './etcd-key.js';
import { makeRoom, readSpace, unknownSpace, type EtcdSpace } from './etcd-space.js';
import { sendTransaction } from './etcd-txn.js';
import { makeUser } from './etcd-users.js';

export interface EtcdClientOptions {
  /** Tried in turn. */
  readonly endpoints: readonly EtcdEndpoint[];
  /** Used where etcd asks who it is talking to. */
  readonly login?: EtcdLogin | undefined;
}

/** {@link Dcs} through etcd's JSON gateway (etcd manual, "gRPC gateway"), etcd 3.4 and later. */
export function createEtcdClient({ endpoints, login }: EtcdClientOptions): Dcs {
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

  const txn = (transaction: Transaction, options?: RequestOptions): Promise<boolean> => {
    const send = (endpoint: EtcdEndpoint, path: string, body: object) => connection.send(endpoint, path, body, options);
    return sendTransaction(endpoints, send, transaction, options?.signal);
  };

  return {
    endpoints,
    get,
    keys: async (prefix, options) => {
      const range = { key: encode(prefix), range_end: encode(next(prefix)), keys_only: true };
      return (await call('/v3/kv/range', range, options)).objectsOrNone('kvs').map((one) => parseKey(one).key);
    },
    put: async (key, value, options) =>
      void (await call('/v3/kv/put', { key: encode(key), value: encode(value) }, options)),
    txn,
    deleteIfUnchanged: (guards, keys, options) => deleteIfUnchanged({ get, txn }, guards, keys, options),
    grantLease: async (ttlSeconds, options) => (await call('/v3/lease/grant', { TTL: ttlSeconds }, options)).text('ID'),
    tryLogin: (tried, options) =>
      first((endpoint) => authenticate(endpoint, tried, options), options).then(
        (token) => ({ closed: token !== undefined, taken: token !== undefined }),
        (error: unknown) => {
          if (codeOf(error) !== 'ETCD_LOGIN_REFUSED') throw error;
          return { closed: true, taken: false };
        },
      ),
    makeUser: (user, options) => makeUser((path, body) => call(path, body, options), user),
    closeToStrangers: async (options) => void (await call('/v3/auth/enable', {}, options)),
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
