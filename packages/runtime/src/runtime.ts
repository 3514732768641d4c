import type { Duplex } from 'node:stream';
import type { ClusterSpec, MemberKind } from '@citus-ha/config';
import type { RenderedFile, Site } from '@citus-ha/layout';
import type { CodedError, LockOptions, WayOptions } from '@citus-ha/core';
import type { NetworkCapability, NetworkFault } from './network-faults.js';
import type { PrepareEvent } from './prepare-event.js';

/**
 * What can be done to the members of one cluster. A member is one failure unit: when its init dies, all of it dies. Whatever
 * would act on a member that can be seen neither alive nor dead throws `MEMBER_UNKNOWN_STATE` instead. Create, start, stop, kill
 * and remove of one member, and destroy of all, exclude one another, across processes.
 */
export interface Runtime {
  readonly kind: Site['runtime'];
  readonly cluster: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** The machine on which clients are served, where it is not this one. */
  readonly host?: string | undefined;
  /** Small documents of the cluster (secrets, the last applied spec) that outlive its members; readable by its owner only. */
  readonly store: ClusterStore;

  /**
   * Settles programs, versions and addresses, and installs what is missing where that is allowed. Repeatable: addresses
   * once given stay.
   *
   * @throws CodedError `PROGRAM_MISSING` naming the package; `PORT_TAKEN` naming the owner.
   */
  prepare(request: PrepareRequest): Promise<Site>;
  /** What would keep a {@link prepare} that installs nothing from succeeding now, each with its fix. Changes nothing. */
  obstacles(spec: ClusterSpec): Promise<readonly CodedError[]>;
  /** The site as settled by an earlier {@link prepare}, also by another process; `undefined` where there is none. */
  site(): Promise<Site | undefined>;
  /**
   * What {@link prepare} and {@link create} would come to with this spec; `undefined` where that is not known, as for a cluster
   * that is not there yet, or before something is installed. Changes nothing.
   */
  preview(spec: ClusterSpec): Promise<Preview | undefined>;

  /** Creates a member, or gives an existing one its new definition; starts nothing, keeps data. */
  create(definition: MemberDefinition): Promise<Created>;
  /** Every created member, those created by other processes too. */
  members(): Promise<readonly Member[]>;
  /** @throws CodedError `MEMBER_UNKNOWN` listing the known ones. */
  member(name: string): Promise<Member>;
  /** Does nothing where it runs already. Resolves once its init process exists, not once it is ready. */
  start(name: string): Promise<Member>;
  /** Asks the member to end, kills it after `timeoutMs`, and resolves once all of it is gone. */
  stop(name: string, options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * SIGKILL to everything in the member at once; resolves once all of it is gone.
   *
   * @param options.only The life that is meant, by the id of its incarnation: another one of the member is left alone.
   */
  kill(name: string, options?: { readonly only?: string | undefined }): Promise<void>;
  /**
   * What is known of one life of a member, by the id of its incarnation. `dead` is said on evidence only; what cannot be seen is
   * `unknown`. Never throws.
   */
  observe(name: string, incarnation: string): Promise<Observation>;
  /**
   * SIGKILL to one process of a running member and, by this, to no other: its init (gone, and with `isolation` all of the
   * member, once this resolves), or the one that the first line of a file in the member names by its pid.
   *
   * @throws CodedError `PROCESS_MISSING` where the file or the process is not there.
   */
  killOne(name: string, which: OneProcess): Promise<void>;
  /** Freezes every process of the member; resume thaws them. */
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /**
   * Does this, and nothing else, to the packets of a running member from now on; none heals it. A new life begins with a
   * healthy network. See {@link networkCapabilities}.
   *
   * @throws CodedError `CAPABILITY_MISSING` for a member without a network of its own; `NETWORK_FAILED` where it did not work.
   */
  shapeNetwork(name: string, faults: readonly NetworkFault[]): Promise<void>;
  /**
   * Which faults members' networks can have here, found by trying; none where members have no networks of their own. Loss
   * needs `partition`, a rate `slowNetwork`, a delay `delay`.
   */
  networkCapabilities(): Promise<ReadonlySet<NetworkCapability>>;
  /** Runs a command as the member's user within the member. A non-zero exit is an answer, not an error. */
  exec(name: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * A stream of bytes to what listens at a port of a member, from wherever this runs; each of its halves ends by itself. It fails
   * where the member dies.
   *
   * @throws CodedError `MEMBER_UNKNOWN`; an error with the code `ECONNREFUSED` where nothing listens; the signal's reason.
   */
  connect(name: string, port: number, options?: WayOptions): Promise<Duplex>;
  /** Whether other programs of this machine reach members by their addresses; else {@link connect} alone does. */
  isReachable(): Promise<boolean>;
  /** Lines of the member's output, oldest first. With `follow` it goes on until the signal. */
  logs(name: string, options?: LogOptions): AsyncIterable<string>;
  /** The text of a file that a member was given, as it is now, running or not; `undefined` where it has none. */
  readFile(name: string, path: string): Promise<string | undefined>;
  /** Starts and ends of members, from now on until the signal. @throws where it cannot go on: its end is never silent. */
  events(options: { readonly signal: AbortSignal }): AsyncIterable<RuntimeEvent>;
  /**
   * One task at a time for a member, across processes, and no change of it by anyone else meanwhile; the task's own go ahead.
   *
   * @throws the signal's reason when aborted while another one has the lock.
   */
  withLock<T>(name: string, task: () => Promise<T>, options?: LockOptions): Promise<T>;
  /** Ends and removes one member; its data too where `data` says so. Does nothing where it is unknown. */
  remove(name: string, options: { readonly data: boolean }): Promise<void>;
  /**
   * Ends all members, once nobody else holds the lock of any; with `data` nothing of the cluster is left, without it data, addresses
   * and store stay. Not to be called by a task that holds a member's lock: two of these may wait for each other.
   */
  destroy(options: { readonly data: boolean }): Promise<void>;
}

/** One process of a member, by what it is. */
export type OneProcess = 'init' | { readonly pidFile: string };

export type Observation = 'alive' | 'dead' | 'unknown';

export type Capability =
  /** A member's processes end with its init. */
  | 'isolation'
  | 'pause'
  /** It can run a sentinel beside the members. */
  | 'sentinel';

export interface PrepareRequest {
  readonly spec: ClusterSpec;
  /** Whether missing packages may be installed or images built. */
  readonly install: boolean;
  readonly onEvent?: (event: PrepareEvent) => void;
  readonly signal?: AbortSignal;
}

/** All that a runtime must know of a member, and nothing about PostgreSQL. */
export interface MemberDefinition {
  readonly name: string;
  readonly kind: MemberKind;
  readonly group?: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly RenderedFile[];
  /** Ports it serves, by purpose: postgres, patroni, client, peer, write, read, stats. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface Preview {
  /** As it would be settled. */
  readonly site: Site;
  /** How a member that is there compares with a definition. */
  compare(definition: MemberDefinition): Promise<Comparison>;
}

/**
 * What a member has to do to be as defined: nothing; take what is written anew, its files mostly, while its life goes on; or begin
 * a new life.
 */
export type Comparison = 'same' | 'files' | 'life';

export interface Created {
  /** Whether it was new or differed. */
  readonly changed: boolean;
  /** Set where a life with another environment goes on: the member takes its new one only by a restart. */
  readonly stale?: true;
}

export interface Member {
  readonly name: string;
  readonly kind: MemberKind;
  readonly group?: number;
  readonly address: string;
  readonly ports: Readonly<Record<string, number>>;
  /** `exited` only where its end is proven; `unknown` where it can be seen neither alive nor dead from here. */
  readonly state: 'created' | 'running' | 'paused' | 'exited' | 'unknown';
  /** What keeps its state from being known, where it is unknown. */
  readonly unseen?: string;
  /** Whether a user wants it to run; `stopped` after stop, so that nothing starts it behind their back. */
  readonly intent: 'running' | 'stopped';
  /** What runs now, or ran last. */
  readonly incarnation?: Incarnation;
}

/** One life of a member: named so that a reused pid or container name is never taken for it. */
export interface Incarnation {
  /** Unique over all lives: boot id, PID namespace, pid and start time, or container id and start time. */
  readonly id: string;
  /** Of the member's init, as this machine sees it. */
  readonly pid?: number;
  readonly container?: { readonly id: string; readonly name: string };
  /** Whether it has ended as a whole once its init has. */
  readonly isolated?: boolean;
  /** Set once it has ended and the runtime knows how. */
  readonly exitCode?: number;
}

export interface ExecOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Uses this process's terminal instead of collecting output. */
  readonly inherit?: boolean;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LogOptions {
  readonly follow?: boolean;
  /** Only the last so many lines of what is there. */
  readonly tail?: number;
  readonly signal?: AbortSignal;
}

export interface RuntimeEvent {
  readonly type: 'started' | 'exited' | 'paused' | 'resumed';
  readonly member: string;
  /**
   * The life that it happened to, by the id of its incarnation; `undefined` where another one began before it could be looked at and
   * nothing was known of it.
   */
  readonly incarnation: string | undefined;
  readonly at: Date;
}

export interface ClusterStore {
  read(key: string): Promise<string | undefined>;
  /** Atomic: a reader sees the old or the new text, whole. */
  write(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
}
