import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { engineOptions } from './engine-options.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citus-ha-docker-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('an engine by ssh is reached as the user of its address, else as this one, with the keys of the agent', async () => {
  vi.stubEnv('SSH_AUTH_SOCK', '/run/agent');
  expect(await engineOptions({ url: 'ssh://me%40work@far:2222' })).toEqual({
    protocol: 'ssh',
    host: 'far',
    port: '2222',
    username: 'me@work',
    sshOptions: { agent: '/run/agent' },
  });
  expect(await engineOptions({ url: 'ssh://far' })).toMatchObject({ port: 22, username: userInfo().username });
});

test('an engine with certificates is reached by TLS', async () => {
  for (const kind of ['ca', 'cert', 'key']) await writeFile(join(folder, `${kind}.pem`), `the ${kind}`);
  expect(await engineOptions({ url: 'tcp://far', certificates: folder })).toEqual({
    protocol: 'https',
    host: 'far',
    port: 2376,
    ca: Buffer.from('the ca'),
    cert: Buffer.from('the cert'),
    key: Buffer.from('the key'),
  });
});

test('an engine without certificates is reached by TLS only where its address says so', async () => {
  const certificates = join(folder, 'none');
  expect(await engineOptions({ url: 'tcp://far', certificates })).toEqual({
    protocol: 'http',
    host: 'far',
    port: 2375,
  });
  expect(await engineOptions({ url: 'tcp://far', certificates, tls: true })).toMatchObject({ protocol: 'https' });
  expect(await engineOptions({ url: 'https://far', certificates })).toMatchObject({ protocol: 'https', port: 443 });
});

test('an engine of this machine is reached by its socket', async () => {
  expect(await engineOptions({ url: 'unix:///run/a b.sock' })).toEqual({ socketPath: '/run/a b.sock' });
});

test.each(['nowhere', 'tcp://a b', 'fd://3'])('the address %s is refused with what names it', async (url) => {
  await expect(engineOptions({ url, namedBy: 'DOCKER_HOST' })).rejects.toMatchObject({
    code: 'ENGINE_CONTEXT',
    message: expect.stringMatching(`DOCKER_HOST is ${url}`),
  });
});

test('a certificate that cannot be read is named', async () => {
  await mkdir(join(folder, 'key.pem'));
  await expect(engineOptions({ url: 'tcp://far', certificates: folder })).rejects.toMatchObject({
    code: 'ENGINE_CONTEXT',
    message: expect.stringContaining(join(folder, 'key.pem')),
  });
});
