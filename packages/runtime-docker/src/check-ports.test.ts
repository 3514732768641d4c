import { hostname } from 'node:os';
import { defaultClusterSpec } from '@citus-ha/config';
import type Docker from 'dockerode';
import { afterEach, expect, it, vi } from 'vitest';
import { checkPorts } from './check-ports.js';

const engineOn = (machine: string) =>
  ({ listContainers: () => Promise.resolve([]), info: () => Promise.resolve({ Name: machine }) }) as unknown as Docker;
const { proxy, ...others } = defaultClusterSpec();
// Of TEST-NET-3 (RFC 5737): no machine has it.
const spec = { ...others, proxy: { ...proxy, bind: '203.0.113.99' } };

afterEach(() => vi.unstubAllEnvs());

it('refuses an address that this machine does not have, where its own engine would publish ports there', async () => {
  vi.stubEnv('DOCKER_HOST', 'unix:///run/docker.sock');
  await expect(checkPorts(engineOn(hostname()), spec)).rejects.toMatchObject({ code: 'PORT_UNBINDABLE' });
});

it.each([
  ['tcp://192.0.2.1:2375', hostname()],
  ['unix:///run/docker.sock', 'the machine of this container'],
])('leaves it to an engine elsewhere which addresses that has (%s)', async (url, machine) => {
  vi.stubEnv('DOCKER_HOST', url);
  await expect(checkPorts(engineOn(machine), spec)).resolves.toBeUndefined();
});
