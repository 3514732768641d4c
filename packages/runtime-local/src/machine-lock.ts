import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { codeOf, waitFor } from '@citus-ha/core';

/**
 * Runs a task that no other process of this machine runs at the same time under the same name. The lock is a name in the
 * kernel's abstract socket namespace (unix(7)): no file, and gone with its holder however that ends. Hashed, since such a
 * name has room for 107 bytes.
 */
export async function withMachineLock<T>(name: string, task: () => Promise<T>, timeoutMs = 600_000): Promise<T> {
  const lock = await waitFor({
    what: `the lock "${name}"`,
    timeoutMs,
    intervalMs: 20,
    lastSeen: () => 'held by another process',
    probe: () => tryListen(`\0citus-ha-${createHash('sha256').update(name).digest('hex')}`),
  });
  try {
    return await task();
  } finally {
    lock.close();
    await once(lock, 'close');
  }
}

async function tryListen(path: string): Promise<Server | undefined> {
  const server = createServer();
  try {
    server.listen({ path });
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
}
