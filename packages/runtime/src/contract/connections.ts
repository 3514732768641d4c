import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { waitFor } from '@citus-ha/core';
import { expect, it } from 'vitest';
import { collect, definition, type ContractSuite } from './contract-suite.js';
import { serverPorts } from './programs.js';

/** What the port promises of connections to members. */
export function connections(suite: ContractSuite): void {
  const serving = async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const { address } = await suite.runtime.member('alpha');
    await suite.runtime.create(definition('alpha', suite.programs.serving(address)));
    await suite.runtime.start('alpha');
    await untilPrinted('serving');
  };
  const untilPrinted = (line: string) =>
    waitFor({
      what: `alpha to print "${line}"`,
      timeoutMs: 30_000,
      intervalMs: 20,
      probe: async () => (await collect(suite.runtime.logs('alpha'))).includes(line),
    });
  const echo = () => suite.runtime.connect('alpha', serverPorts.echo);

  it('carries much in both directions at once, and each half ends by itself', async () => {
    await serving();
    const sent = bytes(16 << 20, 7);
    const stream = await echo();
    stream.end(sent);
    const back = await received(stream);
    expect(back.length).toBe(sent.length + 3);
    expect(back.subarray(0, sent.length).equals(sent)).toBe(true);
    expect(back.subarray(sent.length).toString()).toBe('bye');
  });

  it('goes on to send after the other side has ended its half', async () => {
    await serving();
    const stream = await suite.runtime.connect('alpha', serverPorts.listener);
    expect((await received(stream)).toString()).toBe('hello');
    stream.write(bytes(100_000, 3));
    stream.end(bytes(100_000, 4));
    await untilPrinted('heard 200000');
  });

  it('holds many connections at a time, whatever one of them does', async () => {
    await serving();
    const ignored = await echo();
    ignored.write(bytes(8 << 20, 1));
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const stream = await echo();
        stream.end(`stream ${index} `);
        return (await received(stream)).toString();
      }),
    );
    expect(answers).toEqual(answers.map((_, index) => `stream ${index} bye`));
    ignored.destroy();
    expect(await answered(await echo(), 'again')).toBe('again');
  });

  it('tells of a port where nothing listens, and of a member that there is not', async () => {
    await serving();
    await expect(suite.runtime.connect('alpha', 1)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(suite.runtime.connect('omega', 1)).rejects.toMatchObject({ code: 'MEMBER_UNKNOWN' });
    expect(await answered(await echo(), 'still')).toBe('still');
  });

  it('lets go of connections to a member that dies, and makes new ones to its next life', async () => {
    await serving();
    const stream = await echo();
    expect(await answered(stream, 'one')).toBe('one');
    const gone = finished(stream.resume(), { writable: false }).catch(() => undefined);
    const begun = Array.from({ length: 20 }, async () => (await echo()).on('error', () => undefined).destroy());
    await suite.runtime.kill('alpha');
    await Promise.allSettled([gone, ...begun]);
    stream.destroy();
    await suite.runtime.start('alpha');
    const next = await waitFor({ what: 'a connection', timeoutMs: 30_000, probe: echo });
    expect(await answered(next, 'two')).toBe('two');
  });

  it('gives up a connection when its signal says so, and leaves one that is made', async () => {
    await serving();
    const control = new AbortController();
    const stream = await suite.runtime.connect('alpha', serverPorts.echo, { signal: control.signal });
    const begun = suite.runtime.connect('alpha', serverPorts.echo, { signal: control.signal });
    control.abort(new Error('given up'));
    await expect(begun).rejects.toThrow('given up');
    await expect(suite.runtime.connect('alpha', serverPorts.echo, { signal: control.signal })).rejects.toThrow(
      'given up',
    );
    expect(await answered(stream, 'kept')).toBe('kept');
  });
}

/** All that comes until the other half ends; its own stays open, which iterating over it would not leave it. */
async function received(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await finished(stream, { writable: false });
  return Buffer.concat(chunks);
}

/** Sends a text, and closes once something comes back. */
async function answered(stream: Duplex, text: string): Promise<string> {
  stream.write(text);
  const [answer] = (await once(stream, 'data')) as [Buffer];
  stream.destroy();
  return answer.toString();
}

/** No two parts of it are alike. */
function bytes(length: number, seed: number): Buffer {
  const made = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) made.writeUInt32LE(Math.imul(at + seed, 0x9e3779b1) >>> 0, at);
  return made;
}
