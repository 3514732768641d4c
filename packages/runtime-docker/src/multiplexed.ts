export interface Frame {
  readonly channel: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const headerLength = 8;

/** Takes apart what the engine sends of a container without a terminal: frames with a header of channel and length. */
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

/** Lines of both channels, in the order in which each was ended. */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const open = { stdout: '', stderr: '' };
  for await (const { channel, bytes } of frames(stream)) {
    const parts = (open[channel] + bytes.toString('utf8')).split('\n');
    open[channel] = parts.pop() ?? '';
    yield* parts;
  }
  for (const last of Object.values(open)) if (last !== '') yield last;
}
