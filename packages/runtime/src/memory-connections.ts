import { Duplex } from 'node:stream';
import { isAlive, networkError, type MemoryMember } from './memory-machine.js';

/** Hands one end of a new connection to what serves the port, and answers the other one. */
export function connectInMemory(member: MemoryMember, port: number): Duplex {
  const server = member.servers.get(port);
  if (server === undefined || !isAlive(member)) throw networkError('ECONNREFUSED', member.definition.name);
  const [client, served] = pair();
  for (const stream of [client, served]) {
    member.connections.add(stream);
    stream.once('close', () => member.connections.delete(stream));
  }
  served.on('error', () => undefined);
  server(served);
  return client;
}

/** What is written to one is read from the other; each waits for its reader. */
function pair(): readonly [Duplex, Duplex] {
  const one: Duplex = end(() => other);
  const other: Duplex = end(() => one);
  return [one, other];
}

function end(otherEnd: () => Duplex): Duplex {
  return new Duplex({
    read: () => otherEnd().emit('drained'),
    write(chunk: Buffer, _encoding, done) {
      if (otherEnd().push(chunk)) done();
      else this.once('drained', () => done());
    },
    final: (done) => {
      otherEnd().push(null);
      done();
    },
    destroy(error, done) {
      if (error !== null && !otherEnd().destroyed) otherEnd().destroy(error);
      done(error);
    },
  });
}
