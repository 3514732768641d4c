import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineAddress, refineError } from './engine.js';

const run = promisify(execFile);
const hasDocker = await run('docker', ['--version']).then(
  () => true,
  () => false,
);

describe('the address of the engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citus-ha-docker-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("is this machine's socket where nothing says otherwise", async () => {
    expect(await engineAddress({ DOCKER_CONFIG: folder })).toBe('unix:///var/run/docker.sock');
  });

  test('is DOCKER_HOST before any context', async () => {
    const env = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far', DOCKER_HOST: 'tcp://192.0.2.1:2375' };
    expect(await engineAddress(env)).toBe('tcp://192.0.2.1:2375');
  });

  test('is not guessed where the context is unknown', async () => {
    const env = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' };
    await expect(engineAddress(env)).rejects.toMatchObject({ code: 'ENGINE_CONTEXT' });
  });

  describe.skipIf(!hasDocker)('with the docker command (skipped where there is none)', () => {
    beforeEach(async () => {
      const args = ['context', 'create', 'far', '--docker', 'host=tcp://192.0.2.7:2375'];
      await run('docker', args, { env: { ...process.env, DOCKER_CONFIG: folder } });
    });

    test('is that of the context in DOCKER_CONTEXT', async () => {
      expect(await engineAddress({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' })).toBe('tcp://192.0.2.7:2375');
    });

    test('is that of the context in use', async () => {
      await writeFile(join(folder, 'config.json'), '{ "currentContext": "far" }');
      expect(await engineAddress({ DOCKER_CONFIG: folder })).toBe('tcp://192.0.2.7:2375');
      expect(await engineAddress({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'default' })).toMatch(/^unix:/);
    });
  });
});

test('an engine without space says so, whatever was asked of it', () => {
  const full = new Error('(HTTP code 500) server error - write /var/lib/docker/tmp/x: no space left on device');
  expect(refineError(full)).toMatchObject({ code: 'ENGINE_FULL', cause: full });
  expect(refineError(null)).toBeNull();
});
