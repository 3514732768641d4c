import { access, chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Site } from '@citus-ha/layout';
import { withMachineLock } from '@citus-ha/core';
import type { Network } from '@citus-ha/provision-debian';
import { claimBlock, claimFreeBlock } from './address-block.js';
import type { ClusterFolder } from './cluster-folder.js';
import { memberFolder } from './member-folder.js';
import { readDocument, writeDocument } from './state-file.js';

/** What a cluster settles once and keeps: its loopback block, its members' addresses, its programs. */
export interface ClusterState {
  readonly version: 1;
  readonly cluster: string;
  /** How its members reach each other. */
  readonly network: Network;
  /** The third byte of its members' addresses, 127.0.BLOCK.N or 198.18.BLOCK.N. */
  readonly block: number;
  /** The last byte, by member; never given to another one. */
  readonly addresses: Readonly<Record<string, number>>;
  readonly site?: Site;
}

/** Host number of this machine's end of the members' network. */
const gatewayHost = 254;
const prefixes: Readonly<Record<Network, string>> = { loopback: '127.0', namespaces: '198.18' };

/**
 * What is settled of a cluster; where its state file is gone, the addresses that its members still have, without the site.
 * Clusters from before there were namespaces have no `network` in their state.
 */
export async function readState(folder: ClusterFolder): Promise<ClusterState | undefined> {
  const state = await readDocument<ClusterState>(folder.state, 1);
  return state ? { ...state, network: state.network ?? 'loopback' } : stateOfMembers(folder);
}

/** The hosts file is the one that the members have mounted. */
async function stateOfMembers({ path, hosts, members }: ClusterFolder): Promise<ClusterState | undefined> {
  const names = await readdir(members).catch(() => []);
  const created = await Promise.all(
    names.map((name) =>
      access(memberFolder(members, name).record).then(
        () => name,
        () => undefined,
      ),
    ),
  );
  const lines = (await readFile(hosts, 'utf8').catch(() => '')).split('\n').map((line) => line.split(' '));
  const own = lines.flatMap(([address = '', name]) => {
    const [, prefix, block, host] = /^(127\.0|198\.18)\.([1-9]\d*)\.(\d+)$/.exec(address) ?? [];
    if (name === undefined || !created.includes(name) || block === undefined) return [];
    const network: Network = prefix === prefixes.namespaces ? 'namespaces' : 'loopback';
    return [{ name, network, block: Number(block), host: Number(host) }];
  });
  const [first] = own;
  if (first === undefined) return undefined;
  const { network, block } = first;
  const addresses = Object.fromEntries(own.filter((one) => one.block === block).map(({ name, host }) => [name, host]));
  return { version: 1, cluster: basename(path), network, block, addresses };
}

/** A member's own address. Those of namespaces are of the range for tests of network devices (RFC 2544), which nobody routes. */
export function ownAddress({ network, block, addresses }: ClusterState, member: string): string {
  return `${prefixes[network]}.${block}.${addresses[member] ?? 0}`;
}

/** This machine's own address in the network of a cluster with namespaces. */
export function gatewayAddress({ network, block }: ClusterState): string {
  return `${prefixes[network]}.${block}.${gatewayHost}`;
}

/** Where a member is reached: at its own address, unless the site gave it another one. */
export function addressOf(state: ClusterState, member: string): string {
  return state.site?.members[member]?.address ?? ownAddress(state, member);
}

/** With an address for each of these members; addresses once given stay. */
export function withAddresses(known: ClusterState['addresses'], names: readonly string[]): ClusterState['addresses'] {
  const addresses = { ...known };
  for (const name of names) addresses[name] ??= Math.max(0, ...Object.values(addresses)) + 1;
  return addresses;
}

/** Gives out addresses of the cluster's block, which it claims. */
export class AddressBook {
  readonly #folder: ClusterFolder;
  readonly #cluster: string;
  /** For a cluster that has none yet. */
  readonly #network: Network;
  #claimed = false;

  constructor(folder: ClusterFolder, cluster: string, network: Network) {
    this.#folder = folder;
    this.#cluster = cluster;
    this.#network = network;
  }

  /** The state with an address for each of these members. Addresses once given stay. */
  async assign(names: readonly string[]): Promise<ClusterState> {
    const settled = await readState(this.#folder);
    if (this.#claimed && settled && names.every((name) => name in settled.addresses)) return settled;
    return withMachineLock('addresses', async () => {
      const known = await readState(this.#folder);
      const block = known?.block ?? (await claimFreeBlock(this.#folder));
      this.#claimed = await claimBlock(block, this.#folder.path);
      const addresses = withAddresses(known?.addresses ?? {}, names);
      const network = known?.network ?? this.#network;
      const state: ClusterState = { ...known, version: 1, cluster: this.#cluster, network, block, addresses };
      if (JSON.stringify(state) !== JSON.stringify(known)) await writeDocument(this.#folder.state, state);
      await this.#writeHosts(state);
      return state;
    });
  }

  /** Keeps the site in the state, and gives its names to every member. */
  async settle(site: Site): Promise<void> {
    await withMachineLock('addresses', async () => {
      const known = await readState(this.#folder);
      if (known === undefined) return;
      const state: ClusterState = { ...known, site };
      if (JSON.stringify(state) !== JSON.stringify(known)) await writeDocument(this.#folder.state, state);
      await this.#writeHosts(state);
    });
  }

  /**
   * Own names first, since the first line wins. In place, not renamed over: running members have this very file mounted as
   * their /etc/hosts.
   */
  async #writeHosts(state: ClusterState): Promise<void> {
    const machine = (await readFile('/etc/hosts', 'utf8').catch(() => '127.0.0.1 localhost\n')).trimEnd();
    const own = Object.keys(state.addresses).map((name) => `${addressOf(state, name)} ${name}`);
    const text = [...own, machine, ''].join('\n');
    const known = await readFile(this.#folder.hosts, 'utf8').catch(() => undefined);
    if (text !== known) await writeFile(this.#folder.hosts, text);
    await chmod(this.#folder.hosts, 0o644);
  }
}
