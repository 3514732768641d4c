import { once } from 'node:events';
import { createServer } from 'node:net';
import { CodedError } from '@citus-ha/core';

/** Finds three leading numbers, such as `127.0.210`, under which the port is free on .1 to .count; chosen by process id first, so that runs side by side differ. */
export async function freeLoopbackBlock(count: number, port: number): Promise<string> {
  const hosts = Array.from({ length: count }, (_, index) => index + 1);
  for (let attempt = 0; attempt < blocks; attempt++) {
    const block = `127.0.${firstBlock + ((process.pid + attempt) % blocks)}`;
    const free = await Promise.all(hosts.map((host) => isFree(`${block}.${host}`, port)));
    if (free.every(Boolean)) return block;
  }
  throw new CodedError('PORT_TAKEN', `Port ${port} is taken on all loopback blocks that tests use`, {
    fix: `Stop the server that listens on port ${port} of every address (0.0.0.0).`,
  });
}

const firstBlock = 150;
const blocks = 100;

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
