import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { containerName } from '@citus-ha/layout';
import { CodedError, messageOf, socketTo, type WayOptions } from '@citus-ha/core';
import type Docker from 'dockerode';
import { ifThere, statusOf } from './engine.js';
import { memberUser } from './member-container.js';
import { networkName } from './names.js';
import { ownContainer } from './own-container.js';
import { bridgeCommand } from './tunnel/bridge-program.js';
import { windowBytes } from './tunnel/messages.js';
import { networkError } from './tunnel/tunnel-stream.js';
import { Tunnel } from './tunnel/tunnel.js';

export interface ConnectionsOptions {
  readonly engine: Docker;
  readonly cluster: string;
  /** By member; once given they stay. */
  readonly addresses: () => Promise<Readonly<Record<string, string>>>;
  /** Throws where there is none of that name. */
  readonly requireMember: (member: string) => Promise<unknown>;
  /** Whether members are reached by their addresses; found out unless told. */
  readonly isNear?: boolean | undefined;
}

/**
 * Connections to members, by their addresses where this machine or container is on the cluster's network, else through the engine's API and a
 * bridge in the member.
 */
export class Connections {
  readonly #engine: Docker;
  readonly #cluster: string;
  readonly #options: ConnectionsOptions;
  #addresses: ReturnType<ConnectionsOptions['addresses']> | undefined;
  #isDecided = false;
  readonly #tunnels = new Map<string, Promise<Tunnel>>();
  #near: Promise<boolean> | undefined;

  constructor(options: ConnectionsOptions) {
    this.#engine = options.engine;
    this.#cluster = options.cluster;
    this.#options = options;
    this.#near = options.isNear === undefined ? undefined : Promise.resolve(options.isNear);
  }

  async open(member: string, port: number, options: WayOptions = {}): Promise<Duplex> {
    const { signal } = options;
    signal?.throwIfAborted();
    const [address, isNear] = await unlessAborted(Promise.all([this.#addressOf(member), this.isNear()]), signal);
    if (isNear) return socketTo(address, port)(options);
    const tunnel = await unlessAborted(this.#tunnelTo(member, address), signal);
    return tunnel.connect(port, options);
  }

  /**
   * Whether this runs in a container on the network, or the network's bridge is an interface of this machine: its name has the network's id in it, so that no other network
   * of the same addresses is taken for it. A bridge without a running container on it does not show, so that does not count.
   */
  isNear(): Promise<boolean> {
    this.#near ??= this.#look().finally(() => {
      if (!this.#isDecided) this.#near = undefined;
    });
    return this.#near;
  }

  async #look(): Promise<boolean> {
    const network = await ifThere(this.#engine.getNetwork(networkName(this.#cluster)).inspect());
    if (network === undefined) return false;
    const { Id, Options, Containers = {} } = network;
    const bridge = Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
    this.#isDecided = Object.keys(Containers).length > 0;
    return bridge in networkInterfaces() || ((await ownContainer()) ?? '') in Containers;
  }

  async #addressOf(member: string): Promise<string> {
    this.#addresses ??= this.#options.addresses().catch((error: unknown) => {
      this.#addresses = undefined;
      throw error;
    });
    const known = await this.#addresses;
    if (known[member] !== undefined) return known[member];
    await this.#options.requireMember(member);
    this.#addresses = this.#options.addresses();
    return (await this.#addresses)[member] ?? '';
  }

  #tunnelTo(member: string, address: string): Promise<Tunnel> {
    const known = this.#tunnels.get(member);
    if (known !== undefined) return known;
    const forget = () => this.#tunnels.get(member) === opened && this.#tunnels.delete(member);
    const opened = this.#openTunnel(member, address, forget);
    opened.catch(forget);
    this.#tunnels.set(member, opened);
    return opened;
  }

  async #openTunnel(member: string, address: string, onClose: () => void): Promise<Tunnel> {
    try {
      const exec = await this.#engine.getContainer(containerName(this.#cluster, member)).exec({
        Cmd: [...bridgeCommand(address, windowBytes)],
        User: `${memberUser.uid}:${memberUser.gid}`,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      });
      return new Tunnel(member, await exec.start({ hijack: true, stdin: true }), onClose);
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
