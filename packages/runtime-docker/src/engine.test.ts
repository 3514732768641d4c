import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isEngineWanted } from './engine-address.js';
import { createEngineClient, pingEngine, refineError } from './engine.js';

const run = promisify(execFile);
const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);

const ping = async () => pingEngine(await createEngineClient());

describe('an engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citus-ha-docker-'));
    vi.stubEnv('DOCKER_CONFIG', folder);
    for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'])
      vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  test('that is named and does not answer is wanted', async () => {
    vi.stubEnv('DOCKER_HOST', `unix://${folder}/none.sock`);
    await expect(ping()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    expect(await isEngineWanted()).toBe(true);
  });

  test('that turns this user away says so', async () => {
    const server = createHttpServer((_, response) => response.writeHead(403).end('not you')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(ping()).rejects.toMatchObject({ code: 'ENGINE_DENIED', message: expect.stringContaining('not you') });
    server.close();
  });

  test.skipIf(!hasOpenssl)('by TLS is given the certificates (skipped where there is no openssl)', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const kind = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=engine',
    ];
    await run('openssl', ['req', ...kind, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
    const pair = { key: await readFile(key), cert: await readFile(cert) };
    await writeFile(join(folder, 'ca.pem'), pair.cert);
    const options = { ...pair, ca: pair.cert, requestCert: true, rejectUnauthorized: true };
    const server = createServer(options, (_, response) => response.end('OK')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(ping()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    await ping();
    server.close();
  });
});

test('an engine without space says so, whatever was asked of it', () => {
  const full = new Error('(HTTP code 500) server error - write /var/lib/docker/tmp/x: no space left on device');
  expect(refineError(full)).toMatchObject({ code: 'ENGINE_FULL', cause: full });
  expect(refineError(null)).toBeNull();
});
