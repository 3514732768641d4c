import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { ClusterSpec } from '@citus-ha/config';
import type { Site } from '@citus-ha/layout';
import { CodedError, codeOf, socketTo, type LockOptions, type WayOptions, withMachineLock } from '@citus-ha/core';
import {
  exclusive,
  killByPidFile,
  memberEvents,
  unknownMember,
  type BareRuntime,
  type Capability,
  type ClusterStore,
  type Created,
  type ExecOptions,
  type ExecResult,
  type LogOptions,
  type Member,
  type MemberDefinition,
  type NetworkCapability,
  type NetworkFault,
  type OneProcess,
  type PrepareRequest,
  type Preview,
  type Runtime,
  type RuntimeEvent,
} from '@citus-ha/runtime';
import {
  checkDataRights,
  checkDataVersion,
  memberAccount,
  type Account,
  type Network,
} from '@citus-ha/provision-debian';
import { clusterFolder, makeClusterFolder, type ClusterFolder } from './cluster-folder.js';
import { addressOf, AddressBook, readState } from './cluster-state.js';
import { findMember, knownLives, knownMembers, memberNames } from './find-member.js';
import { endCluster, endMember } from './end-cluster.js';
import { FolderStore } from './folder-store.js';
import { frequentLooks } from './frequent-looks.js';
import { probeIsolation, type Isolation } from './launcher.js';
import { killInit, killNamed } from './kill-one.js';
import {
  initOf,
  isIsolated,
  killLife,
  livesWithOtherEnvironment,
  pauseLife,
  readLife,
  resumeLife,
  stopLife,
} from './life.js';
import { readLog } from './log-file.js';
import { memberEnvironment } from './member-environment.js';
import { memberFolder, type MemberFolder } from './member-folder.js';
import { beginNetwork, shapeMember } from './cluster-network.js';
import { probeNetwork } from './member-network.js';
import { isAsDefined, readRecord, saveRecord, writeMember, type MemberRecord } from './member-record.js';
import { previewCluster } from './preview.js';
import { startLife } from './start-life.js';
import { findObstacles, prepareSite, type PrepareSiteOptions } from './prepare-site.js';
import { runInLife } from './run-in-life.js';
import { standingOf, type Standing } from './standing.js';

export interface LocalRuntimeOptions {
  /** Name of the cluster; its state folder's too. */
  readonly cluster: string;
  /** In place of $XDG_STATE_HOME. */
  readonly stateHome?: string;
  /** For a cluster that has no state yet; `loopback` unless told. */
  readonly network?: Network;
  /** argv of citus-ha's own program, whose command `sentinel` runs beside the members; without it there is none. */
  readonly sentinel?: readonly string[] | undefined;
}

/**
 * Gives the runtime that runs members as processes of this machine, each on its own loopback address and, where the
 * kernel permits, in its own PID namespace. Any number of them, in any number of processes, may work on one cluster.
 * Touches nothing until it is used.
 */
export async function createLocalRuntime(options: LocalRuntimeOptions): Promise<Runtime> {
  const folder = clusterFolder(options.cluster, options.stateHome);
  return exclusive(new LocalRuntime(options, folder, await probeIsolation()));
}

class LocalRuntime implements BareRuntime {
  readonly kind = 'local';
  readonly cluster: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly store: ClusterStore;
  readonly #folder: ClusterFolder;
  /** For a cluster that has no state yet. */
  readonly #network: Network;
  readonly #ground: Omit<PrepareSiteOptions, 'request'>;
  #account: Account | undefined;

  constructor(
    { cluster, network = 'loopback', sentinel }: LocalRuntimeOptions,
    folder: ClusterFolder,
    isolation: Isolation,
  ) {
    this.cluster = cluster;
    this.#folder = folder;
    this.#network = network;
    this.#ground = { folder, addresses: new AddressBook(folder, cluster, network), isolation, sentinel };
    this.store = new FolderStore(folder.store);
    this.capabilities = new Set<Capability>([
      'pause',
      ...(isolation === 'none' ? [] : (['isolation'] as const)),
      ...(sentinel ? (['sentinel'] as const) : []),
    ]);
  }

  prepare(request: PrepareRequest): Promise<Site> {
    return prepareSite({ request, ...this.#ground });
  }

  obstacles(spec: ClusterSpec): Promise<readonly CodedError[]> {
    return findObstacles(spec, this.#folder);
  }

  async site(): Promise<Site | undefined> {
    return (await readState(this.#folder))?.site;
  }

  preview(spec: ClusterSpec): Promise<Preview | undefined> {
    return previewCluster({ spec, ...this.#ground });
  }

  async create(definition: MemberDefinition): Promise<Created> {
    const folder = memberFolder(this.#folder.members, definition.name);
    await makeClusterFolder(this.#folder, await this.#user());
    const { account } = await this.#standing(definition.kind);
    await this.#checkData(definition.name);
    await this.#ground.addresses.assign([definition.name]);
    const known = await readRecord(folder);
    const changed = !(await isAsDefined(folder, definition));
    await writeMember(folder, definition, account);
    await saveRecord(folder, { version: 1, definition, intent: known?.intent ?? 'running' });
    const isStale = await livesWithOtherEnvironment(folder, definition.env);
    return { changed, ...(isStale && { stale: true }) };
  }

  members(): Promise<readonly Member[]> {
    return knownMembers(this.#folder);
  }

  memberNames(): Promise<readonly string[]> {
    return memberNames(this.#folder);
  }

  async member(name: string): Promise<Member> {
    const member = await findMember(this.#folder, name);
    return member ?? (await this.#unknown(name));
  }

  async start(name: string): Promise<Member> {
    const { folder, record } = await this.#record(name);
    await this.#checkData(name);
    const life = await readLife(folder);
    const init = life && (await initOf(life, folder));
    await saveRecord(folder, { ...record, intent: 'running' });
    if (init === undefined) {
      const { account, isolation } = await this.#standing(record.definition.kind);
      await checkDataRights((await this.site())?.members[name]?.dataDir ?? folder.data, name, account);
      const { hosts } = this.#folder;
      const env = memberEnvironment(await this.site(), this.#folder, folder, record);
      const network = await beginNetwork(this.#folder, record);
      await startLife({ folder, account, isolation, hosts, network, env, command: record.definition.command });
    }
    return this.member(name);
  }

  async stop(name: string, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { folder, record } = await this.#record(name);
    const life = await readLife(folder);
    if (life !== undefined) await initOf(life, folder);
    await saveRecord(folder, { ...record, intent: 'stopped' });
    if (life !== undefined) await stopLife(life, folder, options.timeoutMs ?? 60_000);
  }

  async kill(name: string): Promise<void> {
    const { folder } = await this.#record(name);
    const life = await readLife(folder);
    if (life !== undefined) await killLife(life, folder);
  }

  async killOne(name: string, which: OneProcess): Promise<void> {
    const { folder, life } = await this.#running(name);
    if (which === 'init') await killInit(life, folder);
    else if (await isIsolated(life)) await killByPidFile(this, name, which.pidFile);
    else await killNamed(life, folder, which.pidFile);
  }

  async pause(name: string): Promise<void> {
    const { folder, life } = await this.#running(name);
    await pauseLife(life, folder);
  }

  async resume(name: string): Promise<void> {
    const { folder, life } = await this.#running(name);
    await resumeLife(life, folder);
  }

  async shapeNetwork(name: string, faults: readonly NetworkFault[]): Promise<void> {
    const { record, life } = await this.#running(name);
    await shapeMember({ cluster: this.#folder, record, init: life.init.pid, faults });
  }

  async networkCapabilities(): Promise<ReadonlySet<NetworkCapability>> {
    const network = (await readState(this.#folder))?.network ?? this.#network;
    return network === 'namespaces' ? probeNetwork() : new Set();
  }

  async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const { folder, record, life } = await this.#running(name);
    const { account, isolation } = await this.#standing(record.definition.kind);
    const env = memberEnvironment(await this.site(), this.#folder, folder, record);
    return runInLife({ folder, life, account, isolation, env, command, options });
  }

  async connect(name: string, port: number, options?: WayOptions): Promise<Duplex> {
    await this.#record(name);
    const state = await readState(this.#folder);
    return socketTo(state ? addressOf(state, name) : '', port)(options);
  }

  async isReachable(): Promise<boolean> {
    return true;
  }

  async *logs(name: string, options?: LogOptions): AsyncIterable<string> {
    const { folder } = await this.#record(name);
    yield* readLog(folder.log, options);
  }

  async readFile(name: string, path: string): Promise<string | undefined> {
    await this.#record(name);
    return readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
  }

  events(options: { readonly signal: AbortSignal }): AsyncIterable<RuntimeEvent> {
    return memberEvents({
      members: frequentLooks(() => knownLives(this.#folder)),
      signal: options.signal,
      intervalMs: 50,
    });
  }

  withLock<T>(name: string, task: () => Promise<T>, options?: LockOptions): Promise<T> {
    return withMachineLock(memberFolder(this.#folder.members, name).path, task, options);
  }

  async remove(name: string, options: { readonly data: boolean }): Promise<void> {
    await endMember(memberFolder(this.#folder.members, name), options);
  }

  async destroy(options: { readonly data: boolean }): Promise<void> {
    await Promise.all((await this.memberNames()).map((name) => this.remove(name, options)));
    await endCluster(this.#folder, options);
  }

  async #record(name: string): Promise<{ folder: MemberFolder; record: MemberRecord }> {
    const folder = memberFolder(this.#folder.members, name);
    const record = await readRecord(folder);
    return record === undefined ? this.#unknown(name) : { folder, record };
  }

  async #running(name: string) {
    const found = await this.#record(name);
    const life = await readLife(found.folder);
    if (life !== undefined && (await initOf(life, found.folder))) return { ...found, life };
    throw new CodedError('MEMBER_NOT_RUNNING', `${name} is not running`, {
      member: name,
      fix: `Start it first: citus-ha start ${name}.`,
    });
  }

  async #user(): Promise<Account> {
    this.#account ??= await memberAccount();
    return this.#account;
  }

  async #standing(kind: MemberDefinition['kind']): Promise<Standing> {
    return standingOf(kind, { account: await this.#user(), isolation: this.#ground.isolation });
  }

  async #unknown(name: string): Promise<never> {
    throw unknownMember(name, await this.members());
  }

  async #checkData(name: string): Promise<void> {
    const site = await this.site();
    const member = site?.members[name];
    if (site !== undefined && member !== undefined) await checkDataVersion({ [name]: member }, site.versions.postgres);
  }
}
