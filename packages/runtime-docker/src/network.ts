import { networkOf } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type Docker from 'dockerode';
import { ifThere, statusOf } from './engine.js';
import { labels, networkName } from './names.js';

/**
 * Makes the private network of a cluster, unless it is there.
 *
 * @throws CodedError `NETWORK_TAKEN` where another one has its addresses.
 */
export async function ensureNetwork(engine: Docker, cluster: string): Promise<void> {
  const name = networkName(cluster);
  if (await ifThere(engine.getNetwork(name).inspect())) return;
  const { subnet } = networkOf({ name: cluster });
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
