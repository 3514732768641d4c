import type { ScopeView } from './scope-keys.js';

/** One member of a simulated Patroni cluster: its disk, its PostgreSQL and its process. Tests may change what is not readonly. */
export interface SimulatedMember {
  readonly name: string;
  /** Whether its process lives. */
  isAlive: boolean;
  /** Whether it does nothing and answers nobody, though it lives. */
  isFrozen: boolean;
  /** Of the database in its data directory; null where that is empty. */
  systemIdentifier: string | null;
  /** Of its PostgreSQL, in Patroni's words. */
  state: 'running' | 'stopped' | 'crashed' | 'start failed' | 'creating replica' | 'initializing new cluster';
  role: 'primary' | 'replica' | 'uninitialized';
  timeline: number;
  /** WAL position in bytes. */
  lsn: number;
  /** Whom it is told to stream from. */
  follows: string | null;
  /** Its PostgreSQL ends at a restart that is asked for. */
  restartFails: boolean;
  /** Its PostgreSQL ends as soon as it is started, and prints this. */
  startFails: readonly string[] | null;
  /** Its PostgreSQL crashes; its Patroni can neither start it nor step down, and keeps what it holds. */
  isDiskFull: boolean;
  /** What its process knows, and forgets when it ends. */
  memory: Memory;
}

export interface Memory {
  /** Of its session with etcd. */
  readonly lease?: string;
  /** How long it lasts, in seconds. */
  readonly ttl?: number;
  /** The etcd that it knows; another one is refused. */
  readonly clusterId?: string;
  readonly lastView?: ScopeView;
  readonly dcsLastSeen?: Date;
  readonly failsafeActive?: boolean;
}

export function newMember(name: string): SimulatedMember {
  return {
    name,
    isAlive: false,
    isFrozen: false,
    systemIdentifier: null,
    state: 'stopped',
    role: 'uninitialized',
    timeline: 0,
    lsn: 0,
    follows: null,
    restartFails: false,
    startFails: null,
    isDiskFull: false,
    memory: {},
  };
}

/** Its process and PostgreSQL end; the data stay. */
export function endMember(member: SimulatedMember): void {
  member.isAlive = false;
  member.isFrozen = false;
  member.memory = {};
  member.follows = null;
  member.state = 'stopped';
  member.role = member.systemIdentifier === null ? 'uninitialized' : 'replica';
}

export function loseData(member: SimulatedMember): void {
  Object.assign(member, { systemIdentifier: null, state: 'stopped', role: 'uninitialized', timeline: 0, lsn: 0 });
  member.follows = null;
}

export function isPrimary({ isAlive, role, state }: SimulatedMember): boolean {
  return isAlive && role === 'primary' && state === 'running';
}

export function isStreaming(member: SimulatedMember, members: ReadonlyMap<string, SimulatedMember>): boolean {
  const leader = members.get(member.follows ?? '');
  return (
    member.isAlive &&
    member.role === 'replica' &&
    member.state === 'running' &&
    leader !== undefined &&
    isPrimary(leader) &&
    leader.timeline === member.timeline
  );
}
