import { open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { waitFor } from '@citus-ha/core';
import type { LogOptions } from '@citus-ha/runtime';

const chunkBytes = 64 * 1024;

/** Lines of a member's log, those of `log.1` before it, which {@link boundLogScript} has cut off it. */
export async function* readLog(path: string, options: LogOptions = {}): AsyncGenerator<string> {
  const { tail, signal } = options;
  const lacking = tail === undefined ? undefined : tail - (await countLines(path, tail));
  if (lacking !== 0)
    yield* readLines(`${path}.1`, { ...(lacking !== undefined && { tail: lacking }), ...(signal && { signal }) });
  yield* readLines(path, options);
}

/** How many of the lines that were asked for are there. */
async function countLines(path: string, tail: number): Promise<number> {
  let count = 0;
  for await (const _ of readLines(path, { tail })) count += 1;
  return count;
}

/** Lines of a file that others append to, and may cut or replace. A missing file has no lines yet. */
export async function* readLines(path: string, options: LogOptions = {}): AsyncGenerator<string> {
  const { follow = false, tail, signal } = options;
  let place: Place = { inode: undefined, offset: tail === undefined ? 0 : await offsetOfLastLines(path, tail) };
  let decoder = new StringDecoder('utf8');
  let rest = '';
  for (;;) {
    if (signal?.aborted) return;
    const seen = await readOn(path, place);
    if (seen.anew) {
      if (rest !== '') yield rest;
      rest = '';
      decoder = new StringDecoder('utf8');
    }
    place = seen;
    const lines = (rest + decoder.write(seen.bytes)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (seen.bytes.length > 0) continue;
    if (!follow) {
      if (rest !== '') yield rest;
      return;
    }
    await waitForMore(path, place, signal);
  }
}

/** How far a file has been read, and which one that was. */
interface Place {
  readonly inode: number | undefined;
  readonly offset: number;
}

interface Chunk extends Place {
  readonly bytes: Buffer;
  /** Whether it is the beginning of another file than before, or of one that was cut. */
  readonly anew: boolean;
}

async function readOn(path: string, place: Place): Promise<Chunk> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return { ...place, bytes: Buffer.alloc(0), anew: false };
  try {
    const { ino: inode, size } = await file.stat();
    const anew = (place.inode !== undefined && inode !== place.inode) || size < place.offset;
    const offset = anew ? 0 : place.offset;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, offset);
    return { inode, offset: offset + bytesRead, bytes: buffer.subarray(0, bytesRead), anew };
  } finally {
    await file.close();
  }
}

/** Resolves once there is something to read, or the signal says so. */
async function waitForMore(path: string, place: Place, signal: AbortSignal | undefined): Promise<void> {
  try {
    await waitFor({
      what: `more lines in ${path}`,
      timeoutMs: 2 ** 31 - 1,
      signal,
      probe: async () => {
        const { ino, size } = await stat(path);
        return size !== place.offset || (place.inode !== undefined && ino !== place.inode);
      },
    });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** Reads backwards until it has seen enough line ends; the one that ends the file starts no line. */
async function offsetOfLastLines(path: string, count: number): Promise<number> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (count <= 0) return size;
  let wanted = count;
  for (let end = size; end > 0; end -= chunkBytes) {
    const start = Math.max(0, end - chunkBytes);
    const { bytes } = await readOn(path, { inode: undefined, offset: start });
    const chunk = bytes.subarray(0, end - start);
    for (let at = chunk.lastIndexOf(10); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(10, at - 1)) {
      if (start + at === size - 1) continue;
      wanted -= 1;
      if (wanted === 0) return start + at + 1;
    }
  }
  return 0;
}
