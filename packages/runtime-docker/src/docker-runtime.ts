import type { Duplex } from 'node:stream';
import { containerName, type DockerState, type RenderedFile, type Site } from '@citus-ha/layout';
import type { ClusterSpec } from '@citus-ha/config';
import { CodedError, type LockOptions, type WayOptions } from '@citus-ha/core';
import {
  exclusive,
  killByPidFile,
  networkCommands,
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
import type Docker from 'dockerode';
import type { Container, ContainerInspectInfo } from 'dockerode';
import { getFile } from './archive.js';
import { portObstacles } from './check-ports.js';
import { hasState, readState, withAddress, writeState } from './cluster-state.js';
import { compareContainer, refuseStranger } from './compare-container.js';
import { killContainer, pauseContainer, startContainer, stopContainer } from './container-life.js';
import { Connections } from './connections.js';
import { containerEvents } from './container-events.js';
import { containerLogs, execInContainer } from './container-output.js';
import { createMember } from './create-member.js';
import { withEngineLock } from './engine-lock.js';
import { engineHost, findEngine } from './engine-address.js';
import { createEngineClient, ifThere, pingEngine } from './engine.js';
import { imageSetFiles } from './image-set-files.js';
import { memberOf } from './member-container.js';
import { labels } from './names.js';
import { removeNetwork } from './network.js';
import { prepareSite, previewState } from './prepare.js';
import { probeNetwork, shapeNetwork } from './shape-network.js';
import { removeVolume, removeVolumes } from './volumes.js';
import { VolumeStore } from './volume-store.js';

export interface DockerRuntimeOptions {
  /** Name of the cluster; of its Compose project too. */
  readonly cluster: string;
  /** Whether members are connected to by their addresses; found out unless told. */
  readonly isNear?: boolean | undefined;
  /** Folder of the program that a sentinel's image is made with, as {@link imageSetFiles} has it; without it there is none. */
  readonly sentinel?: string | undefined;
}

/**
 * Gives the runtime that runs members as containers of the engine that the environment names: DOCKER_HOST, else the docker
 * command's context, else this machine's. Any number of them, on any machine that uses the same engine, may work on one
 * cluster: all of its state is in the engine.
 *
 * @throws CodedError `ENGINE_UNREACHABLE`, `ENGINE_DENIED` or `ENGINE_CONTEXT` where no engine can be used.
 */
export async function createDockerRuntime(options: DockerRuntimeOptions): Promise<Runtime> {
  const engine = await createEngineClient();
  await pingEngine(engine);
  return exclusive(new DockerRuntime(engine, engineHost(await findEngine()), options));
}

class DockerRuntime implements BareRuntime {
  readonly kind = 'docker';
  readonly cluster: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly host: string | undefined;
  readonly store: ClusterStore;
  readonly #engine: Docker;
  readonly #volumeStore: VolumeStore;
  readonly #connections: Connections;
  readonly #sentinel: string | undefined;

  constructor(engine: Docker, host: string | undefined, { cluster, isNear, sentinel }: DockerRuntimeOptions) {
    this.host = host;
    this.cluster = cluster;
    this.#engine = engine;
    this.#sentinel = sentinel;
    this.capabilities = new Set<Capability>(['isolation', 'pause', ...(sentinel ? (['sentinel'] as const) : [])]);
    this.#connections = new Connections({
      engine,
      cluster,
      isNear,
      addresses: async () => (await this.#state()).addresses,
      requireMember: (name) => this.#inspect(name),
    });
    this.#volumeStore = new VolumeStore(engine, cluster);
    this.store = this.#volumeStore;
  }

  async prepare(request: PrepareRequest): Promise<Site> {
    return prepareSite(this.#engine, this.store, { ...request, imageSet: await this.#imageSet(request.spec) });
  }

  obstacles(spec: ClusterSpec): Promise<readonly CodedError[]> {
    return portObstacles(this.#engine, spec);
  }

  async site(): Promise<Site | undefined> {
    return (await readState(this.store))?.site;
  }

  async preview(spec: ClusterSpec): Promise<Preview | undefined> {
    const known = await readState(this.store);
    if (known === undefined) return undefined;
    const state = await previewState(this.#engine, { spec, imageSet: await this.#imageSet(spec) }, known);
    const compare = async (definition: MemberDefinition) =>
      (await compareContainer(this.#engine, this.cluster, definition, state)).comparison;
    return { site: state.site, compare };
  }

  async create(definition: MemberDefinition): Promise<Created> {
    return createMember(this.#engine, this.cluster, definition, await this.#stateWith(definition.name));
  }

  async members(): Promise<readonly Member[]> {
    const found = await this.#engine.listContainers({
      all: true,
      filters: { label: this.#labelled(labels.definition) },
    });
    const inspected = await Promise.all(found.map(({ Id }) => ifThere(this.#engine.getContainer(Id).inspect())));
    return inspected
      .filter((info) => info !== undefined)
      .map((info) => memberOf(this.cluster, info))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }

  async memberNames(): Promise<readonly string[]> {
    return (await this.members()).map(({ name }) => name);
  }

  async member(name: string): Promise<Member> {
    return memberOf(this.cluster, await this.#inspect(name));
  }

  async start(name: string): Promise<Member> {
    await this.#inspect(name);
    await startContainer(this.#container(name), name);
    return this.member(name);
  }

  async stop(name: string, { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#inspect(name);
    await stopContainer(this.#container(name), name, timeoutMs);
  }

  async kill(name: string): Promise<void> {
    await this.#inspect(name);
    await killContainer(this.#container(name));
  }

  async killOne(name: string, which: OneProcess): Promise<void> {
    await this.#running(name);
    await (which === 'init' ? killContainer(this.#container(name)) : killByPidFile(this, name, which.pidFile));
  }

  async pause(name: string): Promise<void> {
    const { State } = await this.#running(name);
    if (!State.Paused) await pauseContainer(this.#container(name), name);
  }

  async resume(name: string): Promise<void> {
    const { State } = await this.#running(name);
    if (State.Paused) await this.#container(name).unpause();
  }

  async shapeNetwork(name: string, faults: readonly NetworkFault[]): Promise<void> {
    const { Id: container } = await this.#running(name);
    const [members, { images }] = await Promise.all([this.members(), this.#state()]);
    const addressOf = (peer: string) => {
      const known = members.find((member) => member.name === peer);
      if (known === undefined) throw unknownMember(peer, members);
      return known.address;
    };
    const commands = networkCommands(faults, addressOf);
    const place = { engine: this.#engine, cluster: this.cluster, image: images.member };
    await shapeNetwork(place, { member: name, container, commands });
  }

  async networkCapabilities(): Promise<ReadonlySet<NetworkCapability>> {
    const { images } = await this.#state();
    return probeNetwork({ engine: this.#engine, cluster: this.cluster, image: images.member });
  }

  async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    await this.#running(name);
    return execInContainer(this.#container(name), command, options);
  }

  connect(name: string, port: number, options?: WayOptions): Promise<Duplex> {
    return this.#connections.open(name, port, options);
  }

  isReachable(): Promise<boolean> {
    return this.#connections.isNear();
  }

  async *logs(name: string, options: LogOptions = {}): AsyncIterable<string> {
    await this.#inspect(name);
    yield* containerLogs(this.#container(name), options);
  }

  async readFile(name: string, path: string): Promise<string | undefined> {
    await this.#inspect(name);
    return getFile(this.#container(name), path);
  }

  events(options: { readonly signal: AbortSignal }): AsyncIterable<RuntimeEvent> {
    return containerEvents(this.#engine, this.cluster, options);
  }

  withLock<T>(name: string, task: () => Promise<T>, options?: LockOptions): Promise<T> {
    return withEngineLock(this.#engine, this.cluster, name, task, options);
  }

  async remove(name: string, { data }: { readonly data: boolean }): Promise<void> {
    const found = await ifThere(this.#container(name).inspect());
    if (found !== undefined) {
      refuseStranger(this.cluster, found);
      if (!data) await stopContainer(this.#container(name), name, 60_000);
      await ifThere(this.#container(name).remove({ force: true, v: true }));
    }
    if (data) await removeVolume(this.#engine, this.cluster, name);
  }

  async destroy({ data }: { readonly data: boolean }): Promise<void> {
    // Without its state this is not known to be the cluster that volumes of its name belong to.
    const isKnown = await hasState(this.store);
    await Promise.all((await this.members()).map(({ name }) => this.remove(name, { data })));
    const setup = await this.#engine.listContainers({ all: true, filters: { label: this.#labelled(labels.setup) } });
    await Promise.all(setup.map(({ Id }) => ifThere(this.#engine.getContainer(Id).remove({ force: true, v: true }))));
    await removeNetwork(this.#engine, this.cluster);
    if (!data) return;
    if (isKnown) await removeVolumes(this.#engine, this.cluster);
    await this.#volumeStore.destroy();
  }

  #container(name: string): Container {
    return this.#engine.getContainer(containerName(this.cluster, name));
  }

  #labelled(label: string): string[] {
    return [`${labels.project}=${this.cluster}`, label];
  }

  #imageSet({ sentinel }: ClusterSpec): Promise<readonly RenderedFile[]> {
    return imageSetFiles(sentinel.enabled ? this.#sentinel : undefined);
  }

  async #inspect(name: string): Promise<ContainerInspectInfo> {
    const found = await ifThere(this.#container(name).inspect());
    if (found?.Config.Labels[labels.definition] !== undefined) return found;
    throw unknownMember(name, await this.members());
  }

  async #running(name: string): Promise<ContainerInspectInfo> {
    const found = await this.#inspect(name);
    if (found.State.Running) return found;
    throw new CodedError('MEMBER_NOT_RUNNING', `${name} is not running`, {
      member: name,
      fix: `Start it first: citus-ha start ${name}.`,
    });
  }

  async #stateWith(name: string): Promise<DockerState> {
    const state = await this.#state();
    if (name in state.addresses) return state;
    return this.withLock('addresses', async () => {
      const current = await this.#state();
      const settled = { ...current, addresses: withAddress(current.addresses, this.cluster, name) };
      await writeState(this.store, settled);
      return settled;
    });
  }

  async #state(): Promise<DockerState> {
    const state = await readState(this.store);
    if (state !== undefined) return state;
    throw new CodedError('NOT_PREPARED', `Nothing is settled yet for cluster ${this.cluster}`, {
      fix: 'Call prepare first: it builds the images that members are made of.',
    });
  }
}
