import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { socketTo } from '@citus-ha/core';
import { knockProgram } from '@citus-ha/member-agent';
import { describe, expect, it } from 'vitest';
import { knock } from './knock.js';

type Serve = (socket: Socket) => void;

/** What is heard of a server, here and by the program that members have. */
async function heardOf(serve: Serve | undefined): Promise<readonly string[]> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    serve?.(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (serve === undefined) server.close();
  try {
    const here = knock({ connect: () => socketTo('127.0.0.1', port)() }, 'coord-1', 'postgres', 300);
    const args = ['-c', knockProgram.content, '127.0.0.1', `${port}`, '0.3'];
    const [seen, { stdout }] = await Promise.all([here, promisify(execFile)('python3', args)]);
    return [seen, stdout.trim()];
  } finally {
    server.close();
  }
}

const noEngine = () => Promise.reject(new Error('no engine'));

describe('knock', () => {
  it.each<[string, Serve | undefined, string]>([
    ['ends', (socket) => void socket.resume().once('end', () => socket.end()), 'heard'],
    ['hangs up', (socket) => void socket.destroy(), 'heard'],
    ['refuses', undefined, 'refused'],
    ['says nothing', (socket) => void setTimeout(() => socket.destroy(), 2_000), 'silent'],
  ])('says of who %s', async (_, serve, heard) => {
    expect(await heardOf(serve)).toEqual([heard, heard]);
  });

  it('knows nothing where it cannot even try', async () => {
    expect(await knock({ connect: noEngine }, 'coord-1', 'postgres', 300)).toBe('unknown');
  });
});
