import { expect, test } from 'vitest';
import { socketOn } from './engine-socket.js';

const linux = { platform: 'linux', system: 'Debian GNU/Linux 13 (trixie)' } as const;
const usual = '/var/run/docker.sock';

test('an engine of this machine listens where it is spoken to', () => {
  expect(socketOn({ url: 'unix:///run/user/1000/docker.sock', ...linux })).toBe('/run/user/1000/docker.sock');
});

test.each([
  ['ssh://root@db.example', linux],
  ['tcp://db.example:2376', linux],
  ['unix:///home/me/.docker/desktop/docker.sock', { ...linux, system: 'Docker Desktop' }],
  ['unix:///Users/me/.colima/docker.sock', { ...linux, platform: 'darwin' as const }],
  ['npipe:////./pipe/docker_engine', { ...linux, platform: 'win32' as const }],
])('an engine elsewhere, or in a virtual machine, as at %s, listens at its usual place', (url, surroundings) => {
  expect(socketOn({ url, ...surroundings })).toBe(usual);
});
