/**
 * What the two ends of a tunnel say of its streams. `open` asks for a connection to a port and tells that it is made; `fail` tells
 * by the name of an error (errno(3)) why it is not, or why it broke; `end` ends one half; `drop` ends both; `credit` lets the other
 * end send so many bytes more; `hello` is said once, of no stream.
 */
export type MessageType = 'hello' | 'open' | 'fail' | 'data' | 'end' | 'drop' | 'credit';

export interface Message {
  readonly type: MessageType;
  readonly stream: number;
  readonly content: Buffer;
}

const letters: Readonly<Record<MessageType, string>> = {
  hello: 'H',
  open: 'O',
  fail: 'F',
  data: 'D',
  end: 'E',
  drop: 'R',
  credit: 'C',
};
const types = new Map(Object.entries(letters).map(([type, letter]) => [letter, type as MessageType]));
/** A letter, the stream and the length of the content. */
const headerLength = 9;

/** How much of one stream may be on its way in one direction. */
export const windowBytes = 256 * 1024;

export function encodeMessage(type: MessageType, stream: number, content: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(headerLength, letters[type]);
  header.writeUInt32BE(stream, 1);
  header.writeUInt32BE(content.length, 5);
  return Buffer.concat([header, content]);
}

export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Takes messages apart, wherever the chunks that they come in begin and end. @throws where what comes is no message. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Generator<Message> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length > 0) {
      const type = types.get(String.fromCharCode(this.#rest[0] ?? 0));
      if (type === undefined) throw new Error(this.#rest.toString('utf8').trim());
      if (this.#rest.length < headerLength) return;
      const end = headerLength + this.#rest.readUInt32BE(5);
      if (this.#rest.length < end) return;
      const content = this.#rest.subarray(headerLength, end);
      const stream = this.#rest.readUInt32BE(1);
      this.#rest = this.#rest.subarray(end);
      yield { type, stream, content };
    }
  }
}
