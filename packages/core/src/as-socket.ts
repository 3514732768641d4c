import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A connected stream as `pg` takes it: something that it connects itself, and that closes when the server has ended its half. */
export function asSocket(stream: Duplex): Duplex {
  const socket = stream as Duplex & Partial<Pick<Socket, 'setNoDelay' | 'setKeepAlive' | 'ref' | 'unref'>>;
  const itself = () => socket as Socket;
  socket.setNoDelay ??= itself;
  socket.setKeepAlive ??= itself;
  socket.ref ??= itself;
  socket.unref ??= itself;
  const connect = () => {
    queueMicrotask(() => socket.emit('connect'));
    return socket;
  };
  return Object.assign(socket, { connect }).once('end', () => socket.end());
}
