import { Duplex } from 'node:stream';
import { encodeMessage, encodeNumber, windowBytes, type Message, type MessageType } from './messages.js';

/** Sends what a stream has to say to the other end. */
export type Say = (bytes: Buffer) => void;

/** This end of one connection through a tunnel. It sends only what the other end has room for. */
export class TunnelStream extends Duplex {
  readonly #id: number;
  readonly #say: Say;
  #credit = windowBytes;
  /** Bytes that came, and for which the other end may not send others yet. */
  #owed = 0;
  #waiting: (() => void) | undefined;

  constructor(id: number, say: Say) {
    super();
    this.#id = id;
    this.#say = say;
  }

  hear({ type, content }: Message): void {
    if (type === 'data') {
      this.#owed += content.length;
      if (this.push(content)) this.#grant();
    } else if (type === 'end') this.push(null);
    else if (type === 'fail') this.fail(networkError(content.toString()));
    else if (type === 'credit') {
      this.#credit += content.readUInt32BE();
      const go = this.#waiting;
      this.#waiting = undefined;
      go?.();
    }
  }

  /** Not at once: who has just been given it listens from the next turn on. */
  fail(error: Error): void {
    setImmediate(() => this.destroy(error));
  }

  override _read(): void {
    this.#grant();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk, done);
  }

  override _final(done: () => void): void {
    this.#tell('end');
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.readableEnded || !this.writableFinished) this.#tell('drop');
    done(error);
  }

  #send(chunk: Buffer, done: () => void): void {
    const sent = chunk.subarray(0, this.#credit);
    this.#credit -= sent.length;
    if (sent.length > 0) this.#tell('data', sent);
    if (sent.length === chunk.length) done();
    else this.#waiting = () => this.#send(chunk.subarray(sent.length), done);
  }

  #grant(): void {
    if (this.#owed < windowBytes / 4) return;
    this.#tell('credit', encodeNumber(this.#owed));
    this.#owed = 0;
  }

  #tell(type: MessageType, content?: Buffer): void {
    this.#say(encodeMessage(type, this.#id, content));
  }
}

/** As the network would have it. */
export function networkError(code: string, of = ''): Error {
  return Object.assign(new Error(`connect ${code}${of && ` ${of}`}`), { code });
}
