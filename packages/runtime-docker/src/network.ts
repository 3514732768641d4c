import { networkOf } from '@citus-ha/layout';
import { CodedError, messageOf } from '@citus-ha/core';
import type Docker from 'dockerode';
import type { ContainerInspectInfo, NetworkInspectInfo } from 'dockerode';
import { ifThere, statusOf } from './engine.js';
import { labels, networkName } from './names.js';
import { neighbourSettings } from './neighbour-settings.js';

/**
 * Makes the private network of a cluster, unless it is there.
 *
 * @throws CodedError `NETWORK_TAKEN` where another one has its name or its addresses.
 */
export async function ensureNetwork(engine: Docker, cluster: string): Promise<void> {
  const name = networkName(cluster);
  const { subnet } = networkOf({ name: cluster });
  const found = await ifThere(engine.getNetwork(name).inspect());
  if (found !== undefined) {
    if (isOwn(found, cluster)) return;
    throw new CodedError(
      'NETWORK_TAKEN',
      `The network ${name} is not the one of ${subnet} that cluster ${cluster} needs`,
      {
        blame: 'user',
        fix: `Remove it (docker network rm ${name}), or give the cluster another name.`,
      },
    );
  }
  try {
    await engine.createNetwork({
      Name: name,
      CheckDuplicate: true,
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
      Labels: { [labels.project]: cluster, [labels.network]: 'default' },
    });
  } catch (error) {
    if (statusOf(error) === 409) return;
    throw new CodedError('NETWORK_TAKEN', `The network ${subnet} cannot be made: ${messageOf(error)}`, {
      cause: error,
      fix: 'Remove the network that overlaps (docker network ls), or give the cluster another name.',
    });
  }
}

/**
 * Puts a member's container back where others look for it, where it was cut off from the network, or connected again without
 * its address. Whoever of the cluster holds that address by now is cut off, and gets its own in its turn.
 */
export async function restoreAddress(
  engine: Docker,
  cluster: string,
  info: ContainerInspectInfo,
  address: string,
): Promise<void> {
  if (!isElsewhere(cluster, info, address)) return;
  const { Id: Container, NetworkSettings, Config } = info;
  const endpoint = NetworkSettings.Networks[networkName(cluster)];
  const network = engine.getNetwork(networkName(cluster));
  const { Containers = {} } = await network.inspect();
  const holders = Object.entries(Containers).filter(([, holder]) => holder.IPv4Address.split('/')[0] === address);
  const inTheWay = new Set([...holders.map(([id]) => id), ...(endpoint ? [Container] : [])]);
  for (const id of inTheWay) await network.disconnect({ Container: id, Force: true });
  const Aliases = [Config.Labels[labels.service] ?? ''];
  const { endpoint: options } = neighbourSettings((await engine.version()).ApiVersion);
  const EndpointConfig = { IPAMConfig: { IPv4Address: address }, Aliases, ...options };
  await network.connect({ Container, EndpointConfig });
}

/** Whether a member's container has another address than this in its network, or none. */
export function isElsewhere(cluster: string, { NetworkSettings }: ContainerInspectInfo, address: string): boolean {
  return NetworkSettings.Networks[networkName(cluster)]?.IPAMConfig?.IPv4Address !== address;
}

/** Does nothing where there is none, or one of somebody else. */
export async function removeNetwork(engine: Docker, cluster: string): Promise<void> {
  const network = engine.getNetwork(networkName(cluster));
  const found = await ifThere(network.inspect());
  if (found !== undefined && isOwn(found, cluster)) await ifThere(network.remove());
}

/** Other Compose projects may have its name, and so the label, but hardly its addresses. */
function isOwn({ Labels, IPAM }: NetworkInspectInfo, cluster: string): boolean {
  const { subnet } = networkOf({ name: cluster });
  return Labels?.[labels.project] === cluster && (IPAM?.Config ?? []).some(({ Subnet }) => Subnet === subnet);
}
