import { readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Site } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { ClusterFolder } from './cluster-folder.js';
import { listeners } from './listeners.js';
import { hasSwitch, type Network } from './switch.js';
import { withMachineLock } from './machine-lock.js';
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

const firstBlock = 11;
const lastBlock = 250;
/** Host number of this machine: of the socket that claims a block until its members listen in it, or of its end of the members' network. */
const claimHost = 254;
const prefixes: Readonly<Record<Network, string>> = { loopback: '127.0', namespaces: '198.18' };

/** Clusters from before there were namespaces have no `network` in their state. */
export async function readState(folder: ClusterFolder): Promise<ClusterState | undefined> {
  const state = await readDocument<ClusterState>(folder.state, 1);
  return state && { ...state, network: state.network ?? 'loopback' };
}

/** A member's own address. Those of namespaces are of the range for tests of network devices (RFC 2544), which nobody routes. */
export function ownAddress({ network, block, addresses }: ClusterState, member: string): string {
  return `${prefixes[network]}.${block}.${addresses[member] ?? 0}`;
}

/** This machine's own address in the network of a cluster with namespaces. */
export function gatewayAddress({ network, block }: ClusterState): string {
  return `${prefixes[network]}.${block}.${claimHost}`;
}

/** Where a member is reached: at its own address, unless the site gave it another one. */
export function addressOf(state: ClusterState, member: string): string {
  return state.site?.members[member]?.address ?? ownAddress(state, member);
}

/** Gives out addresses, and holds the cluster's block for as long as this process lives or until it is released. */
export class AddressBook {
  readonly #folder: ClusterFolder;
  readonly #cluster: string;
  /** For a cluster that has none yet. */
  readonly #network: Network;
  #claim: Server | undefined;

  constructor(folder: ClusterFolder, cluster: string, network: Network) {
    this.#folder = folder;
    this.#cluster = cluster;
    this.#network = network;
  }

  /** The state with an address for each of these members. Addresses once given stay. */
  async assign(names: readonly string[]): Promise<ClusterState> {
    const settled = await readState(this.#folder);
    if (this.#claim !== undefined && settled && names.every((name) => name in settled.addresses)) return settled;
    return withMachineLock('addresses', async () => {
      const known = await readState(this.#folder);
      const block = known?.block ?? (await freeBlock(this.#folder));
      this.#claim ??= await claimBlock(block);
      const addresses = { ...known?.addresses };
      for (const name of names) addresses[name] ??= Math.max(0, ...Object.values(addresses)) + 1;
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

  release(): void {
    this.#claim?.close();
    this.#claim = undefined;
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
    if (text !== known) await writeFile(this.#folder.hosts, text, { mode: 0o644 });
  }
}

/** The lowest block that no cluster of this state home has and in which nothing listens. */
async function freeBlock(folder: ClusterFolder): Promise<number> {
  const taken = new Set<number>();
  for (const { address } of await listeners()) {
    const [first, second, third] = address.split('.').map(Number);
    if (first === 127 && second === 0 && third !== undefined) taken.add(third);
  }
  for (const sibling of await readdir(folder.home).catch(() => [])) {
    const state = await readDocument<ClusterState>(join(folder.home, sibling, 'state.json'), 1).catch(() => undefined);
    if (state !== undefined) taken.add(state.block);
  }
  for (let block = firstBlock; block <= lastBlock; block += 1) {
    if (!taken.has(block) && !(await hasSwitch(block))) return block;
  }
  throw new CodedError(
    'ADDRESSES_EXHAUSTED',
    `Every block from 127.0.${firstBlock}.0 to 127.0.${lastBlock}.0 is taken`,
    {
      fix: 'Remove a cluster that is not needed any more: citus-ha down --volumes.',
    },
  );
}

/** A listening socket: seen by every other cluster's look for a free block, and gone with this process. */
async function claimBlock(block: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, `127.0.${block}.${claimHost}`).unref();
  await once(server, 'listening');
  return server;
}
