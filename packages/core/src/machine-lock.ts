import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect, type Server } from 'node:net';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { codeOf, waitFor } from '@citus-ha/core';

export interface LockOptions {
  /** Ends the wait for the lock, not the task. */
  readonly signal?: AbortSignal | undefined;
  /** Told once where the lock is held, by whom. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

const timeoutMs = 600_000;

/**
 * Runs a task that no other process of this machine runs at the same time under the same name. The lock is a name in the
 * kernel's abstract socket namespace (unix(7)): no file, and gone with its holder however that ends. Hashed, since such a
 * name has room for 107 bytes. Who connects to it is told who holds it.
 */
export async function withMachineLock<T>(
  name: string,
  task: () => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  const path = `\0citus-ha-${createHash('sha256').update(name).digest('hex')}`;
  let holder: string | undefined;
  const lock = await waitFor({
    what: `the lock "${name}"`,
    timeoutMs,
    intervalMs: 20,
    signal,
    lastSeen: () => `held by ${holder ?? 'another process'}`,
    probe: async (waiting) => {
      const listening = await tryListen(path);
      if (waiting.aborted) listening?.close();
      if (listening || holder !== undefined) return listening;
      holder = await askHolder(path);
      if (holder !== undefined) onWait?.(holder);
      return undefined;
    },
  });
  try {
    return await task();
  } finally {
    lock.close();
    await once(lock, 'close');
  }
}

async function tryListen(path: string): Promise<Server | undefined> {
  const server = createServer((asker) => asker.on('error', () => undefined).end(whoThisIs()));
  try {
    server.listen({ path });
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
}

function whoThisIs(): string {
  const [, script = '', ...args] = process.argv;
  return `process ${process.pid} (${[basename(script), ...args].join(' ')})`;
}

/** `undefined` where the holder has just gone. */
async function askHolder(path: string): Promise<string | undefined> {
  const asked = connect({ path, timeout: answerTimeoutMs });
  asked.on('timeout', () => asked.destroy());
  const answer = await text(asked).catch((error: unknown) => (codeOf(error) === 'ECONNREFUSED' ? undefined : ''));
  return answer === '' ? 'another process' : answer;
}

/** A holder that is frozen accepts and says nothing. */
const answerTimeoutMs = 500;
