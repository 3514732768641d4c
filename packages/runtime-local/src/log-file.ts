import { open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { waitFor } from '@citus-ha/core';
import type { LogOptions } from '@citus-ha/runtime';

const chunkBytes = 64 * 1024;

/** Lines of a file that others append to, and may cut or replace. A missing file has no lines yet. */
export async function* readLines(path: string, options: LogOptions = {}): AsyncGenerator<string> {
  const { follow = false, tail, signal } = options;
  let identity = await identityOf(path);
  let offset = tail === undefined ? 0 : await offsetOfLastLines(path, tail);
  let decoder = new StringDecoder('utf8');
  let rest = '';
  for (;;) {
    for (;;) {
      if (signal?.aborted) return;
      const chunk = await readChunk(path, offset);
      if (chunk.length === 0) break;
      offset += chunk.length;
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (!follow) {
      if (rest !== '') yield rest;
      return;
    }
    const seen = await waitForChange(path, identity, offset, signal);
    if (seen === undefined) return;
    if (seen.inode !== identity?.inode || seen.size < offset) {
      if (rest !== '') yield rest;
      rest = '';
      offset = 0;
      decoder = new StringDecoder('utf8');
    }
    identity = seen;
  }
}

interface FileIdentity {
  readonly inode: number;
  readonly size: number;
}

async function identityOf(path: string): Promise<FileIdentity | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { inode: found.ino, size: found.size };
}

/** Resolves with what the file has become, or `undefined` once the signal says so. */
async function waitForChange(
  path: string,
  before: FileIdentity | undefined,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<FileIdentity | undefined> {
  try {
    return await waitFor({
      what: `more lines in ${path}`,
      timeoutMs: 2 ** 31 - 1,
      signal,
      probe: async () => {
        const now = await identityOf(path);
        return now !== undefined && (now.inode !== before?.inode || now.size !== offset) ? now : undefined;
      },
    });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

async function readChunk(path: string, offset: number): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Reads backwards until it has seen enough line ends; the one that ends the file starts no line. */
async function offsetOfLastLines(path: string, count: number): Promise<number> {
  const size = (await identityOf(path))?.size ?? 0;
  if (count <= 0) return size;
  let wanted = count;
  for (let end = size; end > 0; end -= chunkBytes) {
    const start = Math.max(0, end - chunkBytes);
    const chunk = (await readChunk(path, start)).subarray(0, end - start);
    for (let at = chunk.lastIndexOf(10); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(10, at - 1)) {
      if (start + at === size - 1) continue;
      wanted -= 1;
      if (wanted === 0) return start + at + 1;
    }
  }
  return 0;
}
