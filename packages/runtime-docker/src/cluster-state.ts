import { networkOf, type DockerState } from '@citus-ha/config';
import type { ClusterStore } from '@citus-ha/runtime';
import { CodedError } from '@citus-ha/core';

const key = 'docker.json';
/** Hosts 11 and on are what `dockerSite` gives to members; others follow. */
const firstHost = 11;
const lastHost = 1022;

/** @throws CodedError `STATE_UNREADABLE` */
export async function readState(store: ClusterStore): Promise<DockerState | undefined> {
  const text = await store.read(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DockerState;
  } catch (cause) {
    throw new CodedError('STATE_UNREADABLE', `The state of the cluster, ${key} in its state volume, is no JSON`, {
      cause,
      fix: 'Restore it from a backup; the data is kept. Or remove the cluster with `citus-ha down --volumes`.',
    });
  }
}

/** Also where it cannot be read. */
export async function hasState(store: ClusterStore): Promise<boolean> {
  return (await store.read(key)) !== undefined;
}

/** Writes only what differs. */
export async function writeState(store: ClusterStore, state: DockerState): Promise<void> {
  const text = JSON.stringify(state);
  if (text !== (await store.read(key))) await store.write(key, text);
}

/** The state with an address for this member, the same object where it has one. */
export function withAddress(state: DockerState, cluster: string, member: string): DockerState {
  if (member in state.addresses) return state;
  const { address } = networkOf({ name: cluster });
  const taken = new Set(Object.values(state.addresses));
  for (let host = firstHost; host < lastHost; host += 1) {
    const free = address(host);
    if (!taken.has(free)) return { ...state, addresses: { ...state.addresses, [member]: free } };
  }
  throw new CodedError('ADDRESSES_EXHAUSTED', `Every address of cluster ${cluster} is taken`, { member });
}
