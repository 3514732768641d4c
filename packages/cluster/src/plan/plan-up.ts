import type { MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import type { UpdateStep } from './plan-updates.js';

export type UpStep = LifeStep | UpdateStep;

/** What begins a life of a member, or lets it go on. */
export interface LifeStep {
  readonly action: 'create' | 'start' | 'resume';
  readonly member: string;
}

/** What `up` has to do to members, from what is asked for and what is there; empty where all of it runs. */
export function planUp(wanted: readonly MemberSpec[], seen: readonly Member[]): readonly LifeStep[] {
  const states = new Map(seen.map(({ name, state }) => [name, state]));
  return wanted.flatMap(({ name }): readonly LifeStep[] => {
    switch (states.get(name)) {
      case undefined:
        return [
          { action: 'create', member: name },
          { action: 'start', member: name },
        ];
      case 'running':
        return [];
      case 'paused':
        return [{ action: 'resume', member: name }];
      default:
        return [{ action: 'start', member: name }];
    }
  });
}

/** Members that exist though the spec no longer asks for them. */
export function surplusMembers(wanted: readonly MemberSpec[], seen: readonly Member[]): readonly string[] {
  const names = new Set(wanted.map(({ name }) => name));
  return seen.map(({ name }) => name).filter((name) => !names.has(name));
}
