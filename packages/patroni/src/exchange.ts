import { CodedError, codeOf, messageOf } from '@citus-ha/core';

/** Options of every request. */
export interface RequestOptions {
  /** How long the whole answer may take. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Request extends RequestOptions {
  /** Prefix of error codes, and who should have answered. */
  readonly service: 'PATRONI' | 'ETCD';
  readonly member: string | undefined;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeoutMs: number;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one request and reads the whole answer, whatever its status.
 *
 * @throws CodedError `*_UNREACHABLE` when no connection was made, so nothing was done; `*_NO_ANSWER` when the request
 * may have been received; the signal's reason when the caller aborted.
 */
export async function exchange(request: Request): Promise<Reply> {
  const { method, url, timeoutMs } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...request.headers, ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    request.signal?.throwIfAborted();
    const unreachable = isRefusal(error);
    throw new CodedError(
      `${request.service}_${unreachable ? 'UNREACHABLE' : 'NO_ANSWER'}`,
      `${method} ${url}${of(request.member)}: ${timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error)}`,
      {
        member: request.member,
        fix: unreachable
          ? `Start ${request.member ?? 'it'}, or check that its address and port are right.`
          : `Look into the log of ${request.member ?? 'that member'}: it is stopped, overloaded or cut off.`,
        cause: error,
      },
    );
  }
}

export function of(member: string | undefined): string {
  return member === undefined ? '' : ` of ${member}`;
}

const refusals = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

function isRefusal(error: unknown): boolean {
  const code = codeOf(causeOf(error));
  return code !== undefined && refusals.has(code);
}

/** `fetch` says only "fetch failed"; what happened is in its cause. */
function reasonOf(error: unknown): string {
  return messageOf(causeOf(error));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}
