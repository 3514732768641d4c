import { expect, test } from 'vitest';
import { lines } from './multiplexed.js';

async function linesOf(...chunks: readonly Buffer[]): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines(stream(chunks))) all.push(line);
  return all;
}

async function* stream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

function frame(channel: number, text: string | Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = channel;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('a line that comes in several frames is one line', async () => {
  expect(await linesOf(frame(1, 'one '), frame(2, 'warning\n'), frame(1, 'line\nlast'))).toEqual([
    'warning',
    'one line',
    'last',
  ]);
});

test('frames may be cut anywhere', async () => {
  const bytes = Buffer.concat([frame(1, 'first\n'), frame(2, 'second\n')]);
  const single = Array.from(bytes, (byte) => Buffer.from([byte]));
  expect(await linesOf(...single)).toEqual(['first', 'second']);
});

test('a character may lie across two frames, with the other channel between them', async () => {
  const bytes = Buffer.from('café\n');
  const cut = bytes.length - 2;
  const parts = [frame(1, bytes.subarray(0, cut)), frame(2, 'ñ\n'), frame(1, bytes.subarray(cut))];
  expect(await linesOf(...parts)).toEqual(['ñ', 'café']);
});

test('a long log may come at once', async () => {
  expect(await linesOf(Buffer.concat(Array.from({ length: 20_000 }, () => frame(1, 'line\n'))))).toHaveLength(20_000);
});
