import { CodedError, messageOf } from '@citus-ha/core';
import { Answer, parseJson } from './answer.js';
import { exchange, of, type RequestOptions } from './exchange.js';

export interface EtcdClientOptions {
  /** Tried in turn. */
  readonly endpoints: readonly EtcdEndpoint[];
}

export interface EtcdEndpoint {
  /** Client URL: `http://127.0.11.10:2379`. */
  readonly url: string;
  /** The etcd member's name, for errors. */
  readonly member?: string | undefined;
}

/** A key as etcd has it. Revisions and leases are 64-bit numbers, kept as text. */
export interface EtcdKey {
  readonly key: string;
  readonly value: string;
  readonly modRevision: string;
  /** `0` for a key without one. */
  readonly lease: string;
}

export interface EtcdHealth {
  readonly endpoint: EtcdEndpoint;
  /** Whether it serves reads and writes, which needs a majority. */
  readonly healthy: boolean;
  /** Why not. */
  readonly problem: string | null;
}

/**
 * etcd's v3 API through its JSON gateway (etcd manual, "gRPC gateway"), etcd 3.4 and later. A request goes to the next
 * endpoint when one does not answer, so a transaction may be sent twice: guard it so that the second one does nothing.
 *
 * Methods throw CodedError `ETCD_UNREACHABLE` or `ETCD_NO_ANSWER` after the last endpoint, `ETCD_REFUSED` with etcd's
 * reason, `ETCD_BAD_ANSWER` for an answer that is not etcd's.
 */
export interface EtcdClient {
  readonly endpoints: readonly EtcdEndpoint[];
  get(key: string, options?: RequestOptions): Promise<EtcdKey | undefined>;
  /** Deletes keys in one transaction, provided that the guard is still there, unchanged in value, revision and lease. */
  deleteIfUnchanged(guard: EtcdKey, keys: readonly string[], options?: RequestOptions): Promise<boolean>;
  /** Of every endpoint; throws only when aborted. */
  health(options?: RequestOptions): Promise<readonly EtcdHealth[]>;
}

const requestTimeoutMs = 2_000;

export function createEtcdClient({ endpoints }: EtcdClientOptions): EtcdClient {
  const call = async (path: string, body: object, options?: RequestOptions): Promise<Answer> => {
    const failures: unknown[] = [];
    for (const endpoint of endpoints) {
      try {
        return await post(endpoint, path, body, options);
      } catch (error) {
        options?.signal?.throwIfAborted();
        failures.push(error);
      }
    }
    const last = failures.at(-1);
    if (failures.length === 1) throw last;
    throw new CodedError(
      last instanceof CodedError ? last.code : 'ETCD_UNREACHABLE',
      `No etcd endpoint answered: ${failures.map(messageOf).join('; ') || 'none is known'}`,
      {
        cause: last,
        member: endpoints[0]?.member,
        fix: 'Start etcd, or check that a majority of its members runs.',
      },
    );
  };

  return {
    endpoints,
    get: async (key, options) =>
      (await call('/v3/kv/range', { key: encode(key) }, options)).objectsOrNone('kvs').map(parseKey)[0],
    deleteIfUnchanged: async (guard, keys, options) => {
      const key = encode(guard.key);
      const answer = await call(
        '/v3/kv/txn',
        {
          compare: [
            { key, target: 'VALUE', result: 'EQUAL', value: encode(guard.value) },
            { key, target: 'MOD', result: 'EQUAL', mod_revision: guard.modRevision },
            { key, target: 'LEASE', result: 'EQUAL', lease: guard.lease },
          ],
          success: keys.map((doomed) => ({ request_delete_range: { key: encode(doomed) } })),
        },
        options,
      );
      return answer.flag('succeeded');
    },
    health: (options) => Promise.all(endpoints.map((endpoint) => healthOf(endpoint, options))),
  };
}

async function post(endpoint: EtcdEndpoint, path: string, body: object, options?: RequestOptions): Promise<Answer> {
  const request = requestTo(endpoint, path, options);
  const { member } = endpoint;
  const from = `${request.url}${of(member)}`;
  const reply = await exchange({ ...request, method: 'POST', body });
  const refuse = (problem: string): CodedError =>
    new CodedError('ETCD_BAD_ANSWER', `The answer of ${from} is not etcd's: ${problem}`, {
      member,
      fix: 'Check that etcd 3.4 or later listens there.',
    });
  if (reply.status !== 200) {
    throw new CodedError('ETCD_REFUSED', `POST ${from} answered ${reply.status}: ${reply.text.trim()}`, { member });
  }
  return new Answer(parseJson(reply.text, refuse), refuse);
}

async function healthOf(endpoint: EtcdEndpoint, options?: RequestOptions): Promise<EtcdHealth> {
  try {
    const { text } = await exchange({ ...requestTo(endpoint, '/health', options), method: 'GET' });
    const healthy = /"health"\s*:\s*"true"/.test(text);
    return { endpoint, healthy, problem: healthy ? null : text.trim() };
  } catch (error) {
    options?.signal?.throwIfAborted();
    return { endpoint, healthy: false, problem: messageOf(error) };
  }
}

function requestTo(
  { url, member }: EtcdEndpoint,
  path: string,
  { timeoutMs = requestTimeoutMs, signal }: RequestOptions = {},
) {
  return { service: 'ETCD', member, url: url.replace(/\/+$/, '') + path, timeoutMs, signal } as const;
}

function parseKey(answer: Answer): EtcdKey {
  return {
    key: decode(answer.text('key')),
    value: decode(answer.textOrNull('value') ?? ''),
    modRevision: answer.text('mod_revision'),
    lease: answer.textOrNull('lease') ?? '0',
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
