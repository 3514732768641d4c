import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { CodedError, codeOf, messageOf, socketTo, type Way } from '@citus-ha/core';

/** Options of every request. */
export interface RequestOptions {
  /** How long the whole answer may take. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Request extends RequestOptions {
  /** Prefix of error codes, and who should have answered. */
  readonly service: 'PATRONI' | 'ETCD' | 'PROXY';
  readonly member: string | undefined;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  /** How to get there; by a socket to the URL's host unless told. */
  readonly way?: Way | undefined;
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
    return await send(request, request.signal ? AbortSignal.any([request.signal, timeout]) : timeout);
  } catch (error) {
    request.signal?.throwIfAborted();
    const unreachable = isRefusal(error);
    throw new CodedError(
      unreachable ? `${request.service}_UNREACHABLE` : `${request.service}_NO_ANSWER`,
      `${method} ${url}${ofMember(request.member)}: ${timeout.aborted ? `no answer within ${timeoutMs} ms` : messageOf(error)}`,
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

/** Not by `fetch`, which goes on connecting for 10 s after its signal, and keeps the process alive as long. */
async function send({ method, url, way, headers, body }: Request, signal: AbortSignal): Promise<Reply> {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const connection = await (way ?? wayTo(url))({ signal });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method,
      headers: {
        ...headers,
        ...(content !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(content),
        }),
      },
      signal,
      createConnection: () => connection,
    };
    httpRequest(url, options, resolve).on('error', reject).end(content);
  });
  return { status: response.statusCode ?? 0, text: await textOf(response) };
}

function wayTo(url: string): Way {
  const { hostname, port } = new URL(url);
  return socketTo(hostname.replace(/^\[|\]$/g, ''), Number(port || 80));
}

export function ofMember(member: string | undefined): string {
  return member === undefined ? '' : ` of ${member}`;
}

const refusals = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && refusals.has(code);
}
