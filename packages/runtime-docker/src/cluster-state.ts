import { networkOf, type DockerState, type Site } from '@citus-ha/layout';
import type { ClusterStore } from '@citus-ha/runtime';
import { CodedError } from '@citus-ha/core';

type Addresses = DockerState['addresses'];

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
      fix: 'Restore it from a backup; the data is kept.',
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

/** With an address for this member, which keeps the one it has. */
export function withAddress(addresses: Addresses, cluster: string, member: string): Addresses {
  if (member in addresses) return addresses;
  const { address } = networkOf({ name: cluster });
  const taken = new Set(Object.values(addresses));
  for (let host = firstHost; host < lastHost; host += 1) {
    const free = address(host);
    if (!taken.has(free)) return { ...addresses, [member]: free };
  }
  throw new CodedError('ADDRESSES_EXHAUSTED', `Every address of cluster ${cluster} is taken`, { member });
}

/** The site with its members where they were before; new ones are where no member is or was. */
export function withKnownAddresses(site: Site, cluster: string, known: Addresses = {}) {
  const addresses = Object.keys(site.members).reduce((all, name) => withAddress(all, cluster, name), known);
  const members = Object.entries(site.members).map(([name, member]) => [
    name,
    { ...member, address: addresses[name] ?? member.address },
  ]);
  return { site: { ...site, members: Object.fromEntries(members) as Site['members'] }, addresses };
}
