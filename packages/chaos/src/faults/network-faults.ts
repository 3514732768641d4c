import { databaseMembers, etcdMembers, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import { codeOf } from '@citus-ha/core';
import type { NetworkFault } from '@citus-ha/runtime';
import type { Fault, FaultContext } from './fault.js';
import { databaseTargets, each, namesOf, withState } from './members.js';
import { isCutOff, packetsDropped, probePackets, roundTripMs } from './network-probes.js';

const members = (spec: ClusterSpec) => [...etcdMembers(spec), ...databaseMembers(spec)];

const partitionAll = partition('partition-all', {
  description: 'the member is cut off from everyone, clients too',
  targets: [...databaseTargets, 'etcd-majority'],
  deposes: true,
});

const partitionIn = partition('partition-in', {
  description: 'the member is cut off one way: it can send, but hears nobody',
  direction: 'in',
  deposes: true,
});

const partitionOut = partition('partition-out', {
  description: 'the member is cut off one way: it hears everybody, but nobody hears it',
  direction: 'out',
  deposes: true,
});

const partitionDcs = partition('partition-dcs', {
  description: 'the member is cut off from etcd alone; a leader whose peers all answer goes on (failsafe_mode)',
  peers: etcdMembers,
  outlastsLease: true,
});

const partitionPeers = partition('partition-peers', {
  description: 'the member is cut off from the other databases, not from etcd and clients',
  peers: databaseMembers,
});

const loss = impairment('loss', {
  description: 'a tenth of the packets to and from the member is lost',
  needs: ['partition'],
  effect: { loss: 0.1 },
});

const slow = impairment('slow', {
  description: 'the network of the member carries 500 kbit/s each way, the rest is dropped',
  needs: ['slowNetwork'],
  effect: { rate: 500 },
});

const delay = impairment('delay', {
  description: 'what reaches the member arrives 100 ms late',
  needs: ['delay'],
  effect: { delayMs: 100 },
  direction: 'in',
  evidence: async ({ cluster, members: hit }) => {
    const times = await Promise.all(hit.map((member) => roundTripMs(cluster, member.name)));
    return times.every((ms) => ms >= 100) ? `${namesOf(hit)} answered after ${times.join(', ')} ms` : undefined;
  },
});

export const networkFaults: readonly Fault[] = [
  partitionAll,
  partitionIn,
  partitionOut,
  partitionDcs,
  partitionPeers,
  loss,
  slow,
  delay,
];

interface Partition extends Pick<Fault, 'description'>, Partial<Pick<Fault, 'targets' | 'deposes' | 'outlastsLease'>> {
  /** Whom it is cut off from; everyone unless told. */
  readonly peers?: (spec: ClusterSpec) => readonly MemberSpec[];
  readonly direction?: NetworkFault['direction'];
}

function partition(name: string, { peers, direction = 'both', ...fault }: Partition): Fault {
  const others = (spec: ClusterSpec, cut: MemberSpec) =>
    (peers ?? members)(spec).flatMap((peer) => (peer.name === cut.name ? [] : [peer.name]));
  return {
    name,
    needs: ['partition'],
    targets: databaseTargets,
    deposes: false,
    ...fault,
    inject: ({ cluster, members: hit }) =>
      each(hit, (member) =>
        cluster.runtime.shapeNetwork(member.name, [
          { peers: peers ? others(cluster.spec, member) : 'all', direction, effect: { loss: 1 } },
        ]),
      ),
    heal: healNetworks,
    evidence: async ({ cluster, members: hit }) => {
      const seen = await Promise.all(
        hit.map((member) => isCutOff(cluster.runtime, member.name, others(cluster.spec, member))),
      );
      return seen.every(Boolean) ? `${namesOf(hit)} cut off` : undefined;
    },
  };
}

function impairment(
  name: string,
  {
    effect,
    direction = 'both',
    ...fault
  }: Pick<Fault, 'description' | 'needs'> & Partial<Fault> & Pick<NetworkFault, 'effect'> & Partial<NetworkFault>,
): Fault {
  return {
    name,
    targets: databaseTargets,
    deposes: false,
    inject: ({ cluster, members: hit }) =>
      each(hit, (member) => cluster.runtime.shapeNetwork(member.name, [{ peers: 'all', direction, effect }])),
    heal: healNetworks,
    evidence: async ({ cluster, members: hit }) => {
      const etcd = await cluster.runtime.member(etcdMembers(cluster.spec)[0]?.name ?? '');
      const lost = await Promise.all(hit.map((member) => packetsDropped(cluster.runtime, member.name, etcd.address)));
      return lost.every((count) => count > 0)
        ? `of ${probePackets} packets of ${namesOf(hit)} ${lost.join(', ')} were dropped`
        : undefined;
    },
    ...fault,
  };
}

/**
 * Where no network can have a fault none is healed, which would need the same programs. A member that has ended needs no
 * healing either: its next life begins with a healthy network.
 */
async function healNetworks({ cluster, members: hit }: FaultContext): Promise<void> {
  if ((await cluster.runtime.networkCapabilities()).size === 0) return;
  await each(await withState(cluster, hit, 'running'), async ({ name }) => {
    try {
      await cluster.runtime.shapeNetwork(name, []);
    } catch (error) {
      // What has no network of its own cannot have been cut off either.
      if (codeOf(error) !== 'CAPABILITY_MISSING') throw error;
    }
  });
}
