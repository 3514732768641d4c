import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import type { ClusterHandle } from '@citus-ha/cluster';
import { CodedError } from '@citus-ha/core';
import type { Member, NetworkCapability, NetworkFault, Runtime } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import { networkFaults } from './network-faults.js';

const spec = { ...defaultClusterSpec(), etcd: { count: 3 } };
const members = membersOf(spec);
const leader = members.filter(({ name }) => name === 'coord-1');

/** Shapes nothing, and tells what it was asked for. */
function clusterThat(
  states: Readonly<Record<string, Member['state']>> = {},
  capabilities: readonly NetworkCapability[] = ['partition'],
) {
  const shaped = new Map<string, readonly NetworkFault[]>();
  const runtime: Pick<Runtime, 'members' | 'shapeNetwork' | 'networkCapabilities'> = {
    networkCapabilities: async () => new Set(capabilities),
    members: async () =>
      members.map(({ name, kind }) => ({
        name,
        kind,
        address: '',
        ports: {},
        state: states[name] ?? 'running',
        intent: 'running',
      })),
    shapeNetwork: async (name, faults) => {
      if (name === 'haproxy') throw new CodedError('CAPABILITY_MISSING', 'haproxy has no network of its own');
      shaped.set(name, faults);
    },
  };
  return { cluster: { spec, runtime } as unknown as ClusterHandle, shaped };
}

async function shapeOf(name: string, hit = leader) {
  const { cluster, shaped } = clusterThat();
  await networkFaults.find((fault) => fault.name === name)?.inject({ cluster, members: hit });
  return shaped;
}

const everyone = { peers: 'all', effect: { loss: 1 } };

it.each([
  ['partition-all', { ...everyone, direction: 'both' }],
  ['partition-in', { ...everyone, direction: 'in' }],
  ['partition-out', { ...everyone, direction: 'out' }],
  ['partition-dcs', { peers: ['etcd-1', 'etcd-2', 'etcd-3'], direction: 'both', effect: { loss: 1 } }],
  ['partition-peers', { peers: ['coord-2', 'worker1', 'worker2', 'worker3'], direction: 'both', effect: { loss: 1 } }],
  ['loss', { peers: 'all', direction: 'both', effect: { loss: 0.1 } }],
  ['delay', { peers: 'all', direction: 'in', effect: { delayMs: 100 } }],
  ['slow', { peers: 'all', direction: 'both', effect: { rate: 500 } }],
])('%s shapes the network of what it hits, and nothing else', async (name, fault) => {
  expect([...(await shapeOf(name))]).toEqual([['coord-1', [fault]]]);
});

it.each(['loss', 'slow'])(
  '%s is seen by packets that the network of the member drops, and by nothing else',
  async (name) => {
    const evidenceWhere = (dropped: number) => {
      const runtime = {
        member: async () => ({ address: '198.18.11.1' }),
        exec: async () => ({ exitCode: 0, stdout: `${dropped}\n`, stderr: '' }),
      };
      const cluster = { spec, runtime } as unknown as ClusterHandle;
      const before = { members: new Map(), postmasters: new Map() };
      return networkFaults.find((fault) => fault.name === name)?.evidence({ cluster, members: leader }, before);
    };
    expect(await evidenceWhere(0)).toBeUndefined();
    expect(await evidenceWhere(21)).toBe('of 200 packets of coord-1 21 were dropped');
  },
);

it('heals the networks of members that run, and passes over what has no network of its own', async () => {
  const { cluster, shaped } = clusterThat({ worker2: 'exited', 'etcd-2': 'paused' });
  await networkFaults[0]?.heal({ cluster, members });
  expect([...shaped.values()].every((faults) => faults.length === 0)).toBe(true);
  expect([...shaped.keys()].toSorted()).toEqual(['coord-1', 'coord-2', 'etcd-1', 'etcd-3', 'worker1', 'worker3']);
});

it('heals no network where none can have a fault', async () => {
  const { cluster, shaped } = clusterThat({}, []);
  await networkFaults[0]?.heal({ cluster, members });
  expect(shaped.size).toBe(0);
});

it('has one way to heal them all, so that it is gone only once', () => {
  expect(new Set(networkFaults.map(({ heal }) => heal)).size).toBe(1);
});
