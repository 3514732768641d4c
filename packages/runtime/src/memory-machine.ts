import { isDeepStrictEqual } from 'node:util';
import type { Site } from '@citus-ha/layout';
import type { Comparison, Created, Member, MemberDefinition } from './runtime.js';

/** Where clusters of memory runtimes live: two runtimes on one machine see the same members. */
export class MemoryMachine {
  readonly clusters = new Map<string, MemoryCluster>();
}

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
  readonly log: string[];
}

export interface MemoryCluster {
  site: Site | undefined;
  readonly members: Map<string, MemoryMember>;
  readonly store: Map<string, string>;
  readonly addresses: string[];
  readonly locks: Set<string>;
}

export function isAlive(member: MemoryMember): boolean {
  return member.state === 'running' || member.state === 'paused';
}

export function end(member: MemoryMember, exitCode: number): void {
  if (!isAlive(member)) return;
  member.state = 'exited';
  member.exitCode = exitCode;
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
