import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { Tunnel } from './tunnel.js';

/** A bridge that says so much, as the engine frames standard output, then ends. */
function bridge(said: string): Duplex {
  const bytes = Buffer.from(said);
  const header = Buffer.alloc(8, 0);
  header[0] = 1;
  header.writeUInt32BE(bytes.length, 4);
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  if (said !== '') stream.push(Buffer.concat([header, bytes]));
  setImmediate(() => stream.push(null));
  return stream;
}

it.each([
  ['TUNNEL_FAILED', 'exec: "perl": executable file not found in $PATH: unknown\r\n'],
  ['ECONNRESET', ''],
])('fails with %s who connects through a bridge that says: %s', async (code, said) => {
  const closes: number[] = [];
  const tunnel = new Tunnel('worker1', bridge(said), () => closes.push(closes.length));
  await expect(tunnel.connect(5432)).rejects.toMatchObject({
    code,
    message: expect.stringContaining('worker1') as string,
  });
  expect(closes.length).toBeGreaterThan(0);
  await expect(tunnel.connect(5432)).rejects.toMatchObject({ code: 'ECONNRESET' });
});
