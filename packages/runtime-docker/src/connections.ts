import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { containerName } from '@citus-ha/config';
import { CodedError, messageOf, socketTo, type WayOptions } from '@citus-ha/core';
import type Docker from 'dockerode';
import { ifThere, statusOf } from './engine.js';
import { memberUser } from './member-container.js';
import { networkName } from './names.js';
import { bridgeCommand } from './tunnel/bridge-program.js';
import { windowBytes } from './tunnel/messages.js';
import { networkError } from './tunnel/tunnel-stream.js';
import { Tunnel } from './tunnel/tunnel.js';

export interface ConnectionsOptions {
  readonly engine: Docker;
  readonly cluster: string;
  /** Asked once of each member: addresses once given stay. */
  readonly addressOf: (member: string) => Promise<string>;
  /** Whether members are reached by their addresses; found out unless told. */
  readonly isNear?: boolean | undefined;
}

/**
 * Connections to members, by their addresses where the cluster's network is on this machine, else through the engine's API and a
 * bridge in the member.
 */
export class Connections {
  readonly #engine: Docker;
  readonly #cluster: string;
  readonly #addressOf: (member: string) => Promise<string>;
  readonly #addresses = new Map<string, string>();
  readonly #tunnels = new Map<string, Promise<Tunnel>>();
  #isNear: boolean | undefined;

  constructor({ engine, cluster, addressOf, isNear }: ConnectionsOptions) {
    this.#engine = engine;
    this.#cluster = cluster;
    this.#addressOf = addressOf;
    this.#isNear = isNear;
  }

  async open(member: string, port: number, options: WayOptions = {}): Promise<Duplex> {
    const { signal } = options;
    signal?.throwIfAborted();
    const address = this.#addresses.get(member) ?? (await this.#addressOf(member));
    this.#addresses.set(member, address);
    if (await this.isNear()) return socketTo(address, port)(options);
    const tunnel = await unlessAborted(this.#tunnelTo(member, address), signal);
    return tunnel.connect(port, options);
  }

  /**
   * Whether the network's bridge is an interface of this machine: its name has the network's id in it, so that no other network
   * of the same addresses is taken for it. A bridge without a running container on it does not show, so that does not count.
   */
  async isNear(): Promise<boolean> {
    if (this.#isNear !== undefined) return this.#isNear;
    const network = await ifThere(this.#engine.getNetwork(networkName(this.#cluster)).inspect());
    if (network === undefined) return false;
    const { Id, Options, Containers = {} } = network;
    const bridge = Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
    const isNear = bridge in networkInterfaces();
    if (Object.keys(Containers).length > 0) this.#isNear = isNear;
    return isNear;
  }

  #tunnelTo(member: string, address: string): Promise<Tunnel> {
    const known = this.#tunnels.get(member);
    if (known !== undefined) return known;
    const opened = this.#openTunnel(member, address);
    const forget = () => this.#tunnels.get(member) === opened && this.#tunnels.delete(member);
    opened.then(({ ended }) => ended).then(forget, forget);
    this.#tunnels.set(member, opened);
    return opened;
  }

  async #openTunnel(member: string, address: string): Promise<Tunnel> {
    try {
      const exec = await this.#engine.getContainer(containerName(this.#cluster, member)).exec({
        Cmd: [...bridgeCommand(address, windowBytes)],
        User: `${memberUser.uid}:${memberUser.gid}`,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      });
      return new Tunnel(member, await exec.start({ hijack: true, stdin: true }));
    } catch (error) {
      throw unreachable(member, error);
    }
  }
}

/** As the network would have it: what is frozen does not answer, and what does not run has no address. */
function unreachable(member: string, error: unknown): unknown {
  const status = statusOf(error);
  if (status === 409 && /paused/.test(messageOf(error))) return networkError('ETIMEDOUT', `${member}, which is frozen`);
  if (status === 409 || status === 404) return networkError('EHOSTUNREACH', `${member}, which does not run`);
  return error instanceof CodedError
    ? error
    : new CodedError('TUNNEL_FAILED', `${member} cannot be connected to: ${messageOf(error)}`, {
        member,
        cause: error,
      });
}

async function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return awaited;
  signal.throwIfAborted();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([awaited, aborted]);
}
