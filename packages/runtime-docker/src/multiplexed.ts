import { StringDecoder } from 'node:string_decoder';

export interface Frame {
  readonly channel: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const headerLength = 8;

/**
 * Takes apart what the engine sends of a container without a terminal: frames with a header of channel and length. dockerode's
 * `demuxStream` will not do: it recurses once a frame, so that a log of some thousand lines overflows the stack, waits for no
 * reader, and tells neither the end nor errors of the connection.
 */
export async function* frames(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= headerLength) {
      const end = headerLength + rest.readUInt32BE(4);
      if (rest.length < end) break;
      yield { channel: rest[0] === 2 ? 'stderr' : 'stdout', bytes: rest.subarray(headerLength, end) };
      rest = rest.subarray(end);
    }
  }
}

/** Lines of both channels, in the order in which each was ended. A frame may end within a character. */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const open = { stdout: '', stderr: '' };
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  for await (const { channel, bytes } of frames(stream)) {
    const parts = (open[channel] + decoders[channel].write(bytes)).split('\n');
    open[channel] = parts.pop() ?? '';
    yield* parts;
  }
  for (const channel of ['stdout', 'stderr'] as const) {
    const last = open[channel] + decoders[channel].end();
    if (last !== '') yield last;
  }
}
