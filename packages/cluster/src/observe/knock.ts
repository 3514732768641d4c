import { codeOf, currentClock } from '@citus-ha/core';
import { ports } from '@citus-ha/layout';
import { knockProgram } from '@citus-ha/member-agent';
import type { Runtime } from '@citus-ha/runtime';
import type { ClusterHandle } from '../cluster-handle.js';

/** `unknown` where it could not even be tried. */
export type Heard = 'heard' | 'refused' | 'silent' | 'unknown';

/** What is said to a server before the stream is ended. PostgreSQL ends its own where it was told nothing, and logs nothing of it. */
const greetings = { postgres: '', patroni: 'GET /liveness HTTP/1.0\r\n\r\n' } as const;

const meanings: Readonly<Record<string, Heard>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'heard',
  EPIPE: 'heard',
  ETIMEDOUT: 'silent',
  EHOSTUNREACH: 'silent',
  ENETUNREACH: 'silent',
};

/** Whether anybody answers at a port of a member. Never throws. */
export async function knock(
  runtime: Pick<Runtime, 'connect'>,
  member: string,
  server: keyof typeof greetings,
  timeoutMs: number,
): Promise<Heard> {
  const over = new AbortController();
  const silent = currentClock()
    .sleep(timeoutMs, over.signal)
    .then(() => 'silent' as const)
    .catch(() => 'unknown' as const);
  try {
    return await Promise.race([greet(runtime, member, server, over.signal), silent]);
  } finally {
    over.abort();
  }
}

/**
 * The same of PostgreSQL, as another member sees it from where it is.
 *
 * @throws CodedError as the runtime does; the cluster's signal's reason.
 */
export async function knockFrom(
  { runtime, site, signal }: Pick<ClusterHandle, 'runtime' | 'site' | 'signal'>,
  witness: string,
  member: string,
  timeoutMs: number,
): Promise<Heard> {
  const address = [site.members[member]?.address ?? member, `${ports.postgres}`, `${timeoutMs / 1_000}`];
  const command = ['python3', '-c', knockProgram.content, ...address];
  const { stdout } = await runtime.exec(witness, command, { ...(signal && { signal }) });
  const said = stdout.trim();
  return said === 'heard' || said === 'refused' || said === 'silent' ? said : 'unknown';
}

async function greet(
  { connect }: Pick<Runtime, 'connect'>,
  member: string,
  server: keyof typeof greetings,
  signal: AbortSignal,
): Promise<Heard> {
  try {
    const stream = await connect(member, ports[server], { signal });
    signal.addEventListener('abort', () => stream.destroy(), { once: true });
    return await new Promise<Heard>((resolve) => {
      stream.on('error', (error) => resolve(meaningOf(error)));
      stream.once('end', () => resolve('heard'));
      stream.resume().end(greetings[server]);
    });
  } catch (error) {
    return meaningOf(error);
  }
}

function meaningOf(error: unknown): Heard {
  return meanings[codeOf(error) ?? ''] ?? 'unknown';
}
