import type { MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';

export interface UpStep {
  readonly action: 'create' | 'start' | 'resume';
  readonly member: string;
}

/** What `up` has to do to members, from what is asked for and what is there; empty where all of it runs. */
export function planUp(wanted: readonly MemberSpec[], seen: readonly Member[]): readonly UpStep[] {
  const states = new Map(seen.map(({ name, state }) => [name, state]));
  return wanted.flatMap(({ name }): readonly UpStep[] => {
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
