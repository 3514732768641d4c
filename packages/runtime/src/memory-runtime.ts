import type { Duplex } from 'node:stream';
import type { ClusterSpec } from '@citus-ha/config';
import type { Site } from '@citus-ha/layout';
import { CodedError, waitFor, type LockOptions, type WayOptions } from '@citus-ha/core';
import type { NetworkCapability } from './network-faults.js';
import { exclusive, type BareRuntime } from './exclusive.js';
import { killByPidFile } from './kill-by-pid-file.js';
import { memberEvents } from './member-events.js';
import {
  compare,
  end,
  isAlive,
  MemoryMachine,
  newMember,
  redefine,
  type MemoryCluster,
  type MemoryMember,
  type MemoryProcess,
} from './memory-machine.js';
import { connectInMemory } from './memory-connections.js';
import { memorySite } from './memory-site.js';
import type {
  Capability,
  ClusterStore,
  Created,
  ExecOptions,
  ExecResult,
  LogOptions,
  Member,
  MemberDefinition,
  OneProcess,
  PrepareRequest,
  Preview,
  Runtime,
  RuntimeEvent,
} from './runtime.js';
import { unknownMember } from './unknown-member.js';
import { unseenMember } from './unseen-member.js';

export interface MemoryRuntimeOptions {
  readonly cluster: string;
  /** A machine of its own unless told. */
  readonly machine?: MemoryMachine;
  /** What a member does once it is started; nothing unless told. */
  readonly run?: (process: MemoryProcess) => void;
  /** What takes connections instead of the members. */
  readonly connect?: (name: string, port: number, options: WayOptions) => Promise<Duplex>;
  /** What answers commands; every command ends 0 with no output unless told. */
  readonly exec?: (name: string, command: readonly string[], options: ExecOptions) => Promise<ExecResult>;
}

/**
 * Gives a runtime whose members are records in memory: for tests of what is built on the port. Keeps every promise of the
 * contract suite; members have addresses of TEST-NET-1 (RFC 5737), at which nothing listens.
 */
export function createMemoryRuntime(options: MemoryRuntimeOptions): Runtime {
  return exclusive(new MemoryRuntime(options));
}

class MemoryRuntime implements BareRuntime {
  readonly kind = 'memory';
  readonly cluster: string;
  readonly capabilities: ReadonlySet<Capability> = new Set(['isolation', 'pause']);
  readonly store: ClusterStore;
  readonly #machine: MemoryMachine;
  readonly #options: MemoryRuntimeOptions;

  constructor(options: MemoryRuntimeOptions) {
    this.cluster = options.cluster;
    this.#machine = options.machine ?? new MemoryMachine();
    this.#options = options;
    this.store = {
      read: async (key) => this.#cluster.store.get(key),
      write: async (key, text) => void this.#cluster.store.set(key, text),
      remove: async (key) => void this.#cluster.store.delete(key),
    };
  }

  async prepare({ spec }: PrepareRequest): Promise<Site> {
    const site = await memorySite(spec, (name) => this.#address(name));
    this.#cluster.site = site;
    return site;
  }

  async obstacles(): Promise<readonly CodedError[]> {
    return [];
  }

  async site(): Promise<Site | undefined> {
    return this.#cluster.site;
  }

  async preview(spec: ClusterSpec): Promise<Preview | undefined> {
    if (this.#cluster.site === undefined) return undefined;
    const site = await memorySite(spec, (name) => this.#address(name));
    return { site, compare: async (definition) => compare(this.#cluster.members.get(definition.name), definition) };
  }

  async create(definition: MemberDefinition): Promise<Created> {
    const known = this.#cluster.members.get(definition.name);
    if (known === undefined) {
      this.#cluster.members.set(definition.name, newMember(definition));
      return { changed: true };
    }
    return redefine(known, definition);
  }

  async members(): Promise<readonly Member[]> {
    const names = (await this.memberNames()).toSorted((a, b) => a.localeCompare(b));
    return names.map((name) => this.#view(name));
  }

  async memberNames(): Promise<readonly string[]> {
    return [...this.#cluster.members.keys()];
  }

  async member(name: string): Promise<Member> {
    return this.#view(name);
  }

  async start(name: string): Promise<Member> {
    const member = this.#seen(name);
    member.intent = 'running';
    if (!isAlive(member)) {
      member.state = 'running';
      member.lives += 1;
      member.lifeEnv = member.definition.env;
      member.exitCode = undefined;
      member.stopHandler = undefined;
      member.servers.clear();
      const life = member.lives;
      this.#options.run?.({
        definition: member.definition,
        log: (line) => void (member.lives === life && isAlive(member) && member.log.push(line)),
        serve: (port, server) => void (member.lives === life && member.servers.set(port, server)),
        exit: (code) => void (member.lives === life && end(member, code)),
        onStop: (handler) => void (member.lives === life && (member.stopHandler = handler)),
      });
    }
    return this.#view(name);
  }

  async stop(name: string, { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    const member = this.#seen(name);
    member.intent = 'stopped';
    if (!isAlive(member)) return;
    if (member.stopHandler === undefined) return end(member, 0);
    member.stopHandler();
    await waitFor({ what: `${name} to end`, timeoutMs, intervalMs: 1, probe: () => !isAlive(member) }).catch(() =>
      end(member, 137),
    );
  }

  async kill(name: string): Promise<void> {
    end(this.#seen(name), 137);
  }

  async killOne(name: string, which: OneProcess): Promise<void> {
    const member = this.#running(name);
    await (which === 'init' ? end(member, 137) : killByPidFile(this, name, which.pidFile));
  }

  async pause(name: string): Promise<void> {
    this.#running(name).state = 'paused';
  }

  async resume(name: string): Promise<void> {
    this.#running(name).state = 'running';
  }

  async shapeNetwork(name: string): Promise<void> {
    this.#running(name);
    throw new CodedError('CAPABILITY_MISSING', 'Members in memory have no network', { member: name });
  }

  async networkCapabilities(): Promise<ReadonlySet<NetworkCapability>> {
    return new Set();
  }

  async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    this.#running(name);
    options.signal?.throwIfAborted();
    const answer = await this.#options.exec?.(name, command, options);
    return answer ?? { exitCode: 0, stdout: '', stderr: '' };
  }

  async connect(name: string, port: number, options: WayOptions = {}): Promise<Duplex> {
    await Promise.resolve();
    options.signal?.throwIfAborted();
    return this.#options.connect?.(name, port, options) ?? connectInMemory(this.#find(name), port);
  }

  async isReachable(): Promise<boolean> {
    return false;
  }

  async *logs(name: string, { follow = false, tail, signal }: LogOptions = {}): AsyncIterable<string> {
    const { log } = this.#find(name);
    let next = tail === undefined ? 0 : Math.max(0, log.length - tail);
    for (;;) {
      while (next < log.length) yield log[next++] ?? '';
      if (!follow || (await this.#aborted(() => next < log.length, signal))) return;
    }
  }

  async readFile(name: string, path: string): Promise<string | undefined> {
    return this.#find(name).definition.files.find((file) => file.path === path)?.content;
  }

  events({ signal }: { readonly signal: AbortSignal }): AsyncIterable<RuntimeEvent> {
    return memberEvents({ members: () => this.members(), signal, intervalMs: 5 });
  }

  async withLock<T>(name: string, task: () => Promise<T>, { signal, onWait }: LockOptions = {}): Promise<T> {
    const { locks } = this.#machine;
    const lock = `${this.cluster}/${name}`;
    if (locks.has(lock)) onWait?.('another task of this process');
    await waitFor({
      what: `the lock of ${name}`,
      timeoutMs: 600_000,
      intervalMs: 1,
      signal,
      probe: () => !locks.has(lock) && locks.add(lock),
    });
    return task().finally(() => locks.delete(lock));
  }

  async remove(name: string): Promise<void> {
    const member = this.#cluster.members.get(name);
    if (member !== undefined) end(this.#seen(name), 137);
    this.#cluster.members.delete(name);
  }

  async destroy({ data }: { readonly data: boolean }): Promise<void> {
    for (const name of this.#cluster.members.keys()) await this.remove(name);
    if (data) this.#machine.clusters.delete(this.cluster);
  }

  get #cluster(): MemoryCluster {
    const { clusters } = this.#machine;
    const known = clusters.get(this.cluster);
    if (known !== undefined) return known;
    const made = { site: undefined, members: new Map(), store: new Map(), addresses: [] };
    clusters.set(this.cluster, made);
    return made;
  }

  #find(name: string): MemoryMember {
    const member = this.#cluster.members.get(name);
    if (member !== undefined) return member;
    const known = [...this.#cluster.members.values()].map(({ definition }) => definition);
    throw unknownMember(name, known);
  }

  #seen(name: string): MemoryMember {
    const member = this.#find(name);
    if (member.unseen !== undefined) throw unseenMember(name, member.unseen);
    return member;
  }

  #running(name: string): MemoryMember {
    const member = this.#seen(name);
    if (isAlive(member)) return member;
    throw new CodedError('MEMBER_NOT_RUNNING', `${name} is not running`, { member: name, fix: 'Start it first.' });
  }

  #view(name: string): Member {
    const { definition, state, unseen, intent, lives, exitCode } = this.#find(name);
    return {
      name,
      kind: definition.kind,
      ...(definition.group !== undefined && { group: definition.group }),
      address: this.#address(name),
      ports: definition.ports,
      state: unseen === undefined ? state : 'unknown',
      ...(unseen !== undefined && { unseen }),
      intent,
      ...(lives > 0 && {
        incarnation: { id: `${name}:${lives}`, isolated: true, ...(exitCode !== undefined && { exitCode }) },
      }),
    };
  }

  #address(name: string): string {
    const { addresses } = this.#cluster;
    if (!addresses.includes(name)) addresses.push(name);
    return `192.0.2.${addresses.indexOf(name) + 1}`;
  }

  /** Waits for the condition; answers whether the signal came first. */
  async #aborted(condition: () => boolean, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await waitFor({ what: 'a line', timeoutMs: 2 ** 31 - 1, intervalMs: 5, signal, probe: condition });
      return false;
    } catch (error) {
      if (signal?.aborted) return true;
      throw error;
    }
  }
}
