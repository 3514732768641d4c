import { once } from 'node:events';
import { createServer, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ClusterSpec } from '@citus-ha/config';
import { CodedError, codeOf } from '@citus-ha/core';

/**
 * For runtimes whose proxy takes its clients on this machine.
 *
 * @throws CodedError `PORT_UNBINDABLE` where this machine does not have the address that is to be served on.
 */
export async function refuseForeignBind({ proxy: { bind } }: Pick<ClusterSpec, 'proxy'>): Promise<void> {
  if (!(await isForeign(bind))) return;
  const isAlike = (address: string) => isIPv4(address) === isIPv4(bind);
  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const choices = [...own, '0.0.0.0', '::'].filter(isAlike);
  throw new CodedError('PORT_UNBINDABLE', `proxy.bind: ${bind} is no address of this machine`, {
    blame: 'user',
    fix: `Choose one of this machine's in cluster.yaml: ${choices.slice(0, -1).join(', ')}, or ${choices.at(-1)} for all of them.`,
  });
}

async function isForeign(address: string): Promise<boolean> {
  const server = createServer().listen(0, address);
  try {
    await once(server, 'listening');
    return false;
  } catch (error) {
    return codeOf(error) === 'EADDRNOTAVAIL';
  } finally {
    server.close();
  }
}
