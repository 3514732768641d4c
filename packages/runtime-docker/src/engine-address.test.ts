import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineHost, findEngine } from './engine-address.js';

const run = promisify(execFile);
const hasDocker = await run('docker', ['--version']).then(
  () => true,
  () => false,
);

test.each([
  ['unix:///var/run/docker.sock', undefined],
  ['npipe:////./pipe/docker_engine', undefined],
  ['ssh://me@build-1.test', 'build-1.test'],
  ['tcp://[2001:db8::1]:2376', '2001:db8::1'],
])('what an engine at %s publishes is found at %s', (url, host) => {
  expect(engineHost({ url })).toBe(host);
});

describe('the address of the engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citus-ha-docker-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("is this machine's socket where nothing says otherwise", async () => {
    expect(await findEngine({ DOCKER_CONFIG: folder })).toEqual({ url: 'unix:///var/run/docker.sock' });
  });

  test('is DOCKER_HOST before any context', async () => {
    const env = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far', DOCKER_HOST: 'tcp://192.0.2.1:2375' };
    expect(await findEngine(env)).toEqual({ url: 'tcp://192.0.2.1:2375', namedBy: 'DOCKER_HOST' });
  });

  test('is one with certificates where DOCKER_TLS_VERIFY or the port says so', async () => {
    const tls = { namedBy: 'DOCKER_HOST', certificates: folder, tls: true };
    const env = { DOCKER_CONFIG: '/none', DOCKER_CERT_PATH: folder };
    const verified = { ...env, DOCKER_HOST: '192.0.2.1:1234', DOCKER_TLS_VERIFY: '1' };
    expect(await findEngine(verified)).toEqual({ url: 'tcp://192.0.2.1:1234', ...tls });
    expect(await findEngine({ ...env, DOCKER_HOST: 'tcp://192.0.2.1:2376' })).toMatchObject(tls);
  });

  test('is not guessed where the context is unknown', async () => {
    const env = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' };
    await expect(findEngine(env)).rejects.toMatchObject({
      code: 'ENGINE_CONTEXT',
      message: expect.stringContaining('meta.json'),
    });
  });

  test.each(['{ half', 'null', '{ "currentContext": 7 }'])(
    'is not guessed where config.json holds %s',
    async (text) => {
      const path = join(folder, 'config.json');
      await writeFile(path, text);
      await expect(findEngine({ DOCKER_CONFIG: folder })).rejects.toMatchObject({
        code: 'ENGINE_CONTEXT',
        message: expect.stringContaining(path),
      });
    },
  );

  describe.skipIf(!hasDocker)('with the docker command (skipped where there is none)', () => {
    beforeEach(async () => {
      const args = ['context', 'create', 'far', '--docker', 'host=tcp://192.0.2.7:2375'];
      await run('docker', args, { env: { ...process.env, DOCKER_CONFIG: folder } });
    });

    test('is that of the context in DOCKER_CONTEXT', async () => {
      expect(await findEngine({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' })).toMatchObject({
        url: 'tcp://192.0.2.7:2375',
        namedBy: 'the docker context far',
      });
    });

    test('is that of the context in use', async () => {
      await writeFile(join(folder, 'config.json'), '{ "currentContext": "far" }');
      expect((await findEngine({ DOCKER_CONFIG: folder })).url).toBe('tcp://192.0.2.7:2375');
      expect((await findEngine({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'default' })).url).toMatch(/^unix:/);
    });
  });
});
