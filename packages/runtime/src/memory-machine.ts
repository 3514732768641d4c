import type { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { Site } from '@citus-ha/layout';
import type { Comparison, Created, Member, MemberDefinition } from './runtime.js';

/** Where clusters of memory runtimes live: two runtimes on one machine see the same members. */
export class MemoryMachine {
  readonly clusters = new Map<string, MemoryCluster>();
  /** Held locks, which are no cluster's own: one that is destroyed may still be waited for. */
  readonly locks = new Set<string>();
}

export type MemoryServer = (stream: Duplex) => void;

export interface MemoryMember {
  definition: MemberDefinition;
  state: Exclude<Member['state'], 'unknown'>;
  /** Set by tests: what keeps its state from being known. */
  unseen: string | undefined;
  intent: Member['intent'];
  lives: number;
  /** Environment of the last life. */
  lifeEnv: MemberDefinition['env'] | undefined;
  exitCode: number | undefined;
  stopHandler: (() => void) | undefined;
  /** What takes connections, by port. */
  readonly servers: Map<number, MemoryServer>;
  /** Both ends of each. */
  readonly connections: Set<Duplex>;
  readonly log: string[];
}

export interface MemoryCluster {
  site: Site | undefined;
  readonly members: Map<string, MemoryMember>;
  readonly store: Map<string, string>;
  readonly addresses: string[];
}

/** One life of a simulated member, from its own side. */
export interface MemoryProcess {
  readonly definition: MemberDefinition;
  /** Prints a line. */
  log(line: string): void;
  /** Takes connections at a port. */
  serve(port: number, server: MemoryServer): void;
  /** Ends by itself. */
  exit(code: number): void;
  /** What to do when asked to end; without it the member ends at once with 0. A handler that does not exit is killed at last. */
  onStop(handler: () => void): void;
}

export function newMember(definition: MemberDefinition): MemoryMember {
  return {
    definition,
    state: 'created',
    unseen: undefined,
    intent: 'running',
    lives: 0,
    lifeEnv: undefined,
    exitCode: undefined,
    stopHandler: undefined,
    servers: new Map(),
    connections: new Set(),
    log: [],
  };
}

export function isAlive(member: MemoryMember): boolean {
  return member.state === 'running' || member.state === 'paused';
}

export function end(member: MemoryMember, exitCode: number): void {
  if (!isAlive(member)) return;
  member.state = 'exited';
  member.exitCode = exitCode;
  for (const stream of member.connections) stream.destroy(networkError('ECONNRESET', member.definition.name));
}

export function redefine(member: MemoryMember, definition: MemberDefinition): Created {
  const changed = isOtherDefinition(member, definition);
  member.definition = definition;
  return { changed, ...(livesWithOtherEnvironment(member, definition) && { stale: true }) };
}

export function compare(member: MemoryMember | undefined, definition: MemberDefinition): Comparison {
  if (member === undefined || livesWithOtherEnvironment(member, definition)) return 'life';
  return isOtherDefinition(member, definition) ? 'files' : 'same';
}

function isOtherDefinition({ definition }: MemoryMember, other: MemberDefinition): boolean {
  return JSON.stringify(definition) !== JSON.stringify(other);
}

function livesWithOtherEnvironment(member: MemoryMember, { env }: MemberDefinition): boolean {
  return isAlive(member) && !isDeepStrictEqual(member.lifeEnv, env);
}

export function networkError(code: string, member: string): Error {
  return Object.assign(new Error(`connect ${code} ${member}`), { code });
}
