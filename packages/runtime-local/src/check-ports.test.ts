import { defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { refusePrivileged, strangerAt, type PortHolder } from './check-ports.js';

const ownerless: PortHolder = { holder: { uid: 101 }, owner: undefined };
const own: PortHolder = {
  holder: { uid: 101 },
  owner: { pid: 7, command: 'haproxy', member: '/state/citus-ha/shop/members/haproxy' },
};

async function found(...looks: (PortHolder | undefined)[]): Promise<PortHolder | undefined> {
  return strangerAt(async () => (looks.length > 1 ? looks.shift() : looks[0]), '/state/citus-ha/shop', 250);
}

it('looks again where no process is seen to hold a port, as of a member that just restarts', async () => {
  expect(await found(ownerless, undefined)).toBeUndefined();
  expect(await found(ownerless, own)).toBeUndefined();
  expect(await found(ownerless)).toEqual(ownerless);
});

it('names a stranger at once', async () => {
  const stranger = { ...own, owner: { pid: 8, command: 'nginx', member: undefined } };
  expect(await found(stranger, undefined)).toEqual(stranger);
});

it('refuses a port that only root may bind, naming its key and the first that is free to all', () => {
  const spec = defaultClusterSpec();
  const edited = { ...spec, proxy: { ...spec.proxy, ports: { ...spec.proxy.ports, write: 80 } } };
  expect(() => refusePrivileged(edited, 80, 1024)).toThrow(
    expect.objectContaining({
      code: 'PORT_FORBIDDEN',
      message: expect.stringContaining('proxy.ports.write: 80') as string,
      fix: expect.stringContaining('1024') as string,
    }) as Error,
  );
  expect(() => refusePrivileged(edited, 80, 0)).not.toThrow();
});
