import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface WayOptions {
  /** Ends the wait for a connection, not the connection. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A way to a server: gives a connected stream of bytes, each of whose halves ends by itself.
 *
 * @throws the network's own error, `ECONNREFUSED` where nothing listens; the signal's reason.
 */
export type Way = (options?: WayOptions) => Promise<Duplex>;

/** The way to what listens at an address that this machine reaches. */
export function socketTo(host: string, port: number): Way {
  return async ({ signal } = {}) => {
    signal?.throwIfAborted();
    const socket = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 10_000,
    });
    const abort = () => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await once(socket, 'connect', { signal });
      return socket;
    } catch (error) {
      socket.destroy();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
}
