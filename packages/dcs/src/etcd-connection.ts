import {
  CodedError,
  messageOf,
  Answer,
  parseJson,
  exchange,
  ofMember,
  type RequestOptions,
  type Way,
} from '@citus-ha/core';

export interface EtcdEndpoint {
  /** Client URL: `http://127.0.11.10:2379`. */
  readonly url: string;
  /** How to get there; by a socket to the URL's host unless told. */
  readonly way?: Way | undefined;
  /** The etcd member's name, for errors. */
  readonly member?: string | undefined;
}

export interface EtcdLogin {
  readonly user: string;
  readonly password: string;
}

const requestTimeoutMs = 2_000;

/** Requests to etcd's JSON gateway, as someone who logs in where etcd asks who he is. */
export class EtcdConnection {
  readonly #login: EtcdLogin | undefined;
  /** Good for every member; etcd forgets it after some minutes, and at its restart. */
  #token: string | undefined;

  constructor(login?: EtcdLogin) {
    this.#login = login;
  }

  /** @throws CodedError as {@link post}. */
  async send(endpoint: EtcdEndpoint, path: string, body: object, options?: RequestOptions): Promise<Answer> {
    try {
      return await post(endpoint, path, body, options, this.#token);
    } catch (error) {
      if (this.#login === undefined || !isLoginWanted(error)) throw error;
    }
    this.#token = await authenticate(endpoint, this.#login, options);
    return post(endpoint, path, body, options, this.#token);
  }
}

/**
 * Logs in.
 *
 * @returns A token; `undefined` while etcd asks nobody who he is.
 * @throws CodedError `ETCD_LOGIN_REFUSED` where the password is another one, else as {@link post}.
 */
export async function authenticate(
  endpoint: EtcdEndpoint,
  { user, password }: EtcdLogin,
  options?: RequestOptions,
): Promise<string | undefined> {
  try {
    const answer = await post(endpoint, '/v3/auth/authenticate', { name: user, password }, options);
    return answer.text('token');
  } catch (error) {
    if (/authentication is not enabled/.test(messageOf(error))) return undefined;
    if (!/authentication failed/.test(messageOf(error))) throw error;
    throw loginRefused(endpoint, user, error);
  }
}

export function loginRefused({ member }: EtcdEndpoint, user: string, cause?: unknown): CodedError {
  return new CodedError('ETCD_LOGIN_REFUSED', `etcd${ofMember(member)} refuses the password of its user ${user}`, {
    cause,
    member,
    fix: "Restore cluster.json in the cluster's store: it holds the secret that etcd's passwords are made of.",
  });
}

/**
 * @throws CodedError `ETCD_UNREACHABLE` and `ETCD_REFUSED` with etcd's reason, where nothing was done; `ETCD_NO_ANSWER` and
 * `ETCD_BAD_ANSWER`, where that is not known.
 */
async function post(
  endpoint: EtcdEndpoint,
  path: string,
  body: object,
  options?: RequestOptions,
  token?: string,
): Promise<Answer> {
  const request = requestTo(endpoint, path, options);
  const { member } = endpoint;
  const from = `${request.url}${ofMember(member)}`;
  const reply = await exchange({
    ...request,
    method: 'POST',
    body,
    ...(token && { headers: { authorization: token } }),
  });
  const refuse = (problem: string): CodedError =>
    new CodedError('ETCD_BAD_ANSWER', `The answer of ${from} is not etcd's: ${problem}`, {
      member,
      fix: 'Check that etcd 3.4 or later listens there.',
    });
  if (reply.status !== 200) {
    // "request timed out", "leader changed": it may have been done.
    const code = reply.status >= 500 ? 'ETCD_NO_ANSWER' : 'ETCD_REFUSED';
    throw new CodedError(code, `POST ${from} answered ${reply.status}: ${reply.text.trim()}`, { member });
  }
  return new Answer(parseJson(reply.text, refuse), refuse);
}

export function requestTo(
  { url, way, member }: EtcdEndpoint,
  path: string,
  { timeoutMs = requestTimeoutMs, signal }: RequestOptions = {},
) {
  return { service: 'ETCD', member, way, url: url.replace(/\/+$/, '') + path, timeoutMs, signal } as const;
}

/** No token, one that is forgotten, or one of before users were changed (etcd, api/v3rpc/rpctypes). Nothing was done. */
function isLoginWanted(error: unknown): boolean {
  return /user name is empty|invalid auth token|revision of auth store is old/.test(messageOf(error));
}
