import { CodedError } from '@citus-ha/core';
import { needsOf } from '@citus-ha/layout';
import { networkCommands, unknownMember, type NetworkFault } from '@citus-ha/runtime';
import type { ClusterFolder } from './cluster-folder.js';
import { gatewayAddress, ownAddress, readState, type ClusterState } from './cluster-state.js';
import { knownMembers } from './find-member.js';
import { ensureSwitch, networkOf, shapeNetwork, type MemberNetwork } from './member-network.js';
import type { MemberRecord } from './member-record.js';

/** The network that the next life of a member begins with, where it has one of its own. */
export async function beginNetwork(
  cluster: ClusterFolder,
  { definition }: MemberRecord,
): Promise<MemberNetwork | undefined> {
  const state = await readState(cluster);
  if (!hasOwnNetwork(state, definition)) return undefined;
  await ensureSwitch(state);
  return networkOf(state, definition.name);
}

/**
 * Brings faults about in the network of a running member.
 *
 * @param options.init The pid of its init.
 * @throws CodedError `CAPABILITY_MISSING` for a member without a network of its own; `MEMBER_UNKNOWN` for a peer that is not there.
 */
export async function shapeMember({
  cluster,
  record: { definition },
  init,
  faults,
}: {
  readonly cluster: ClusterFolder;
  readonly record: MemberRecord;
  readonly init: number;
  readonly faults: readonly NetworkFault[];
}): Promise<void> {
  const { name } = definition;
  const state = await readState(cluster);
  if (!hasOwnNetwork(state, definition)) {
    throw new CodedError('CAPABILITY_MISSING', `${name} has no network of its own`, {
      member: name,
      fix: 'Network faults need local.network: namespaces, and a coordinator, a worker or etcd.',
    });
  }
  const members = await knownMembers(cluster);
  const addressOfPeer = (peer: string) => {
    const known = members.find((member) => member.name === peer);
    if (known === undefined) throw unknownMember(peer, members);
    return hasOwnNetwork(state, known) ? ownAddress(state, peer) : gatewayAddress(state);
  };
  await shapeNetwork(name, init, networkCommands(faults, addressOfPeer));
}

function hasOwnNetwork(
  state: ClusterState | undefined,
  { kind }: Pick<MemberRecord['definition'], 'kind'>,
): state is ClusterState {
  return state?.network === 'namespaces' && needsOf(kind).network === 'own';
}
