import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf, type Way } from '@citus-ha/core';

/** Takes clients of PostgreSQL at a socket in the file system, and gets each of them there by the way. */
export async function forwardTo(way: Way, path: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    way().then(
      (stream) => join(client, stream),
      (error: unknown) => client.end(refusal(messageOf(error))),
    );
  });
  await once(server.listen(path), 'listening');
  return server;
}

function join(client: Socket, stream: Duplex): void {
  client.on('error', () => stream.destroy()).pipe(stream);
  stream.on('error', () => client.destroy()).pipe(client);
}

/** As a server says why it takes no connection (PostgreSQL manual, "Message Formats", ErrorResponse). */
function refusal(reason: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08001\0M${reason}\0\0`);
  const header = Buffer.from('E\0\0\0\0');
  header.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([header, fields]);
}
