import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CodedError, messageOf, type WayOptions } from '@citus-ha/core';
import { frames } from '../multiplexed.js';
import { encodeMessage, encodeNumber, MessageReader, type Message } from './messages.js';
import { networkError, TunnelStream } from './tunnel-stream.js';

/** How long it stays without any stream. */
const idleMs = 2_000;

interface Opening {
  readonly opened: () => void;
  readonly failed: (error: Error) => void;
}

/** Streams to the servers of one life of a member, through the standard input and output of a bridge in it. */
export class Tunnel {
  readonly #member: string;
  readonly #bridge: Duplex;
  readonly #streams = new Map<number, TunnelStream>();
  readonly #opening = new Map<number, Opening>();
  #last = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #onClose: () => void;

  /** @param onClose Called, maybe more than once, when it takes no more connections. */
  constructor(member: string, bridge: Duplex, onClose: () => void) {
    this.#member = member;
    this.#bridge = bridge;
    this.#onClose = onClose;
    bridge.on('error', () => undefined);
    void this.#listen().then(
      () => this.#end(networkError('ECONNRESET', member)),
      (error: unknown) => this.#end(error as Error),
    );
    this.#rest();
  }

  async connect(port: number, { signal }: WayOptions = {}): Promise<Duplex> {
    signal?.throwIfAborted();
    if (this.#bridge.destroyed) throw networkError('ECONNRESET', this.#member);
    const id = (this.#last += 1);
    const stream = new TunnelStream(id, (bytes) => this.#say(bytes));
    stream.once('close', () => {
      this.#streams.delete(id);
      this.#rest();
    });
    this.#streams.set(id, stream);
    this.#wake();
    try {
      await new Promise<void>((opened, failed) => {
        this.#opening.set(id, { opened, failed });
        signal?.addEventListener('abort', () => failed(signal.reason as Error), { once: true });
        this.#say(encodeMessage('open', id, encodeNumber(port)));
      });
      return stream;
    } catch (error) {
      stream.destroy();
      throw error;
    } finally {
      this.#opening.delete(id);
    }
  }

  close(): void {
    this.#onClose();
    this.#bridge.destroy();
  }

  async #listen(): Promise<void> {
    const reader = new MessageReader();
    try {
      for await (const { channel, bytes } of frames(this.#bridge)) {
        if (channel === 'stdout') for (const message of reader.read(bytes)) this.#hear(message);
      }
    } catch (error) {
      if (this.#bridge.errored) throw networkError('ECONNRESET', this.#member);
      throw new CodedError('TUNNEL_FAILED', `${this.#member} cannot be connected to: ${messageOf(error)}`, {
        member: this.#member,
        cause: error,
        fix: 'Connections go through `perl` in the container: use an image that has it, as all that are made from Debian do.',
      });
    }
  }

  #hear(message: Message): void {
    const opening = this.#opening.get(message.stream);
    if (message.type === 'open') opening?.opened();
    else if (message.type === 'fail' && opening) opening.failed(networkError(message.content.toString(), this.#member));
    else this.#streams.get(message.stream)?.hear(message);
  }

  #end(error: Error): void {
    this.close();
    for (const { failed } of this.#opening.values()) failed(error);
    for (const stream of this.#streams.values()) stream.destroy(error);
  }

  #say(bytes: Buffer): void {
    if (this.#bridge.writable) this.#bridge.write(bytes);
  }

  #wake(): void {
    clearTimeout(this.#idle);
    (this.#bridge as Partial<Socket>).ref?.();
  }

  /** A tunnel that nothing uses keeps no process alive. */
  #rest(): void {
    if (this.#streams.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), idleMs).unref();
    (this.#bridge as Partial<Socket>).unref?.();
  }
}
