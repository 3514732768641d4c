import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite } from '@citus-ha/layout';
import { messageOf } from '@citus-ha/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseImage } from './base-image.js';
import { createEngineClient, pingEngine } from './engine.js';

const engine = await createEngineClient();
const absent = await pingEngine(engine).then(() => undefined, messageOf);

describe.skipIf(absent !== undefined)(`with an engine${absent === undefined ? '' : ` (${absent})`}`, () => {
  let silent: Server;
  beforeEach(async () => {
    silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterEach(() => silent.close());

  it('ends a pull from a registry that does not answer when its signal says so', async () => {
    const abort = new AbortController();
    silent.once('connection', () => abort.abort(new Error('enough')));
    const name = `127.0.0.1:${(silent.address() as AddressInfo).port}/base:1`;
    const plain = defaultClusterSpec('pull');
    const spec = { ...plain, docker: { ...plain.docker, baseImage: name } };
    const pulled = baseImage(engine, { spec, install: true, signal: abort.signal }, undefined);
    await expect(pulled).rejects.toThrow('enough');
  }, 10_000);

  it('takes no other base for a cluster whose own is gone', async () => {
    const spec = defaultClusterSpec('gone');
    const known = { base: '127.0.0.1:1/gone:1', site: dockerSite(spec) };
    const error = { code: 'BASE_IMAGE_MISSING', fix: expect.stringContaining('made on it') as string };
    await expect(baseImage(engine, { spec, install: true }, known)).rejects.toMatchObject(error);
  });
});
