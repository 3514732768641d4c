import {
  CodedError,
  codeOf,
  Answer,
  isRecord,
  parseJson,
  exchange,
  ofMember,
  type ErrorCode,
  type Reply,
  type RequestOptions,
  type Way,
} from '@citus-ha/core';
import { parseHistory, type TimelineEnd } from './history.js';
import { parseStatus, type PatroniStatus } from './patroni-status.js';
import { parseCluster, type PatroniCluster } from './patroni-cluster.js';

export interface PatroniClientOptions {
  /** Where the member's REST API listens: `http://127.0.11.1:8008`. */
  readonly url: string;
  /** Of `restapi.authentication`; needed for what changes something, where it is set. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** How to get there; by a socket to the URL's host unless told. */
  readonly way?: Way | undefined;
  /** The member's name, for errors. */
  readonly member?: string | undefined;
}

/** Whether Patroni saw a new leader. `unknown`: it did not in time, and it may still come about; see {@link waitForLeader}. */
export type FailoverOutcome = 'done' | 'unknown';

/** Patroni's dynamic configuration. */
export type DynamicConfig = Readonly<Record<string, unknown>>;

/**
 * One member's Patroni, over its REST API (Patroni manual, "Patroni REST API"). Every request has a timeout.
 *
 * Every method throws CodedError with member and url: `PATRONI_UNREACHABLE` when nothing was sent, `PATRONI_NO_ANSWER`
 * when the request may have arrived, `PATRONI_UNAUTHORIZED`, `PATRONI_REFUSED` with Patroni's own reason,
 * `PATRONI_NOT_READY` where /config may answer in a moment, and `PATRONI_BAD_ANSWER` for an answer that is not Patroni's.
 */
export interface PatroniClient {
  readonly url: string;
  readonly member: string | undefined;
  /** What this member says of itself; answers also while its PostgreSQL is down. */
  status(options?: RequestOptions): Promise<PatroniStatus>;
  /** The whole cluster, read from the DCS by this member for this request. */
  cluster(options?: RequestOptions): Promise<PatroniCluster>;
  /** Ends of timelines, oldest first. */
  history(options?: RequestOptions): Promise<readonly TimelineEnd[]>;
  config(options?: RequestOptions): Promise<DynamicConfig>;
  /** Merges into the dynamic configuration, where null removes a key, and answers the new one. Can be repeated. */
  patchConfig(patch: DynamicConfig, options?: RequestOptions): Promise<DynamicConfig>;
  /** Moves the lock away from a live leader, to the candidate if one is named. Waits for Patroni's verdict, 30 s unless told. */
  switchover(
    plan: { readonly leader: string; readonly candidate?: string | undefined },
    options?: RequestOptions,
  ): Promise<FailoverOutcome>;
  /** Makes the candidate leader; for a cluster without a healthy leader. Waits for Patroni's verdict, 30 s unless told. */
  failover(plan: { readonly candidate: string }, options?: RequestOptions): Promise<FailoverOutcome>;
  /** Makes this member's Patroni read its configuration file again. */
  reload(options?: RequestOptions): Promise<void>;
  /** Restarts this member's PostgreSQL and waits until it is up, 60 s unless told. */
  restart(options?: RequestOptions): Promise<void>;
  /** Starts to copy this replica anew from the leader; `force` gives up a copy that is under way. Does not wait for the copy. */
  reinitialize(options?: RequestOptions & { readonly force?: boolean }): Promise<void>;
}

const requestTimeoutMs = 5_000;
/** Patroni itself looks 20 times for the new leader, at least a second apart. */
const failoverTimeoutMs = 30_000;
const restartTimeoutMs = 60_000;

export function createPatroniClient({ url, way, user, password, member }: PatroniClientOptions): PatroniClient {
  const base = url.replace(/\/+$/, '');
  const headers: Record<string, string> =
    user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };

  const send = async (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    { timeoutMs = requestTimeoutMs, signal }: RequestOptions = {},
    body?: unknown,
  ): Promise<Reply> => {
    const reply = await exchange({
      service: 'PATRONI',
      member,
      method,
      url: base + path,
      way,
      headers,
      body,
      timeoutMs,
      signal,
    });
    if (reply.status >= 400) throw refusalOf(reply, { method, url: base + path, member });
    return reply;
  };

  const refuse = (path: string) => (problem: string) =>
    new CodedError(
      'PATRONI_BAD_ANSWER',
      `The answer of ${base}${path}${ofMember(member)} is not Patroni's: ${problem}`,
      {
        member,
        fix: `Check that Patroni 4 or later listens at ${base}.`,
      },
    );

  const read = async (path: string, options?: RequestOptions): Promise<unknown> =>
    parseJson((await send('GET', path, options)).text, refuse(path));

  const moveLeader = async (path: string, plan: object, options?: RequestOptions): Promise<FailoverOutcome> => {
    try {
      await send('POST', path, { timeoutMs: failoverTimeoutMs, ...options }, plan);
      return 'done';
    } catch (error) {
      if (codeOf(error) === 'PATRONI_NO_ANSWER' || codeOf(error) === 'PATRONI_STATUS_UNKNOWN') return 'unknown';
      throw error;
    }
  };

  return {
    url: base,
    member,
    status: async (options) => parseStatus(new Answer(await read('/patroni', options), refuse('/patroni'))),
    cluster: async (options) => parseCluster(new Answer(await read('/cluster', options), refuse('/cluster'))),
    history: async (options) => parseHistory(await read('/history', options), refuse('/history')),
    config: async (options) => configOf(await read('/config', options), refuse('/config')),
    patchConfig: async (patch, options) =>
      configOf(parseJson((await send('PATCH', '/config', options, patch)).text, refuse('/config')), refuse('/config')),
    switchover: (plan, options) => moveLeader('/switchover', plan, options),
    failover: (plan, options) => moveLeader('/failover', plan, options),
    reload: async (options) => {
      await send('POST', '/reload', options);
    },
    restart: async (options) => {
      await send('POST', '/restart', { timeoutMs: restartTimeoutMs, ...options }, {});
    },
    reinitialize: async ({ force = false, ...options } = {}) => {
      await send('POST', '/reinitialize', options, { force });
    },
  };
}

function configOf(body: unknown, refuse: (problem: string) => CodedError): DynamicConfig {
  if (!isRecord(body)) throw refuse('the configuration is no object');
  return body;
}

function refusalOf(
  { status, text }: Reply,
  { method, url, member }: { method: string; url: string; member: string | undefined },
): CodedError {
  const reason = text.trim() || `HTTP ${status}`;
  if (status === 401) {
    return new CodedError('PATRONI_UNAUTHORIZED', `${method} ${url}${ofMember(member)} answered 401: ${reason}`, {
      member,
      fix: 'Give the user and password of restapi.authentication in its patroni.yml.',
    });
  }
  return new CodedError(
    refusalCode(status, text, url),
    `${method} ${url}${ofMember(member)} answered ${status}: ${reason}`,
    {
      member,
    },
  );
}

/** Of its configuration Patroni says 502 and 503 while it cannot read it from etcd; elsewhere 503 is its no. */
function refusalCode(status: number, text: string, url: string): ErrorCode {
  if (status === 503 && text.includes('status unknown')) return 'PATRONI_STATUS_UNKNOWN';
  return (status === 502 || status === 503) && url.endsWith('/config') ? 'PATRONI_NOT_READY' : 'PATRONI_REFUSED';
}
