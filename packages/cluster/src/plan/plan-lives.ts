import type { MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import type { LifeStep } from './step.js';

/** What has to be done for every member that is asked for to run; empty where all of them do. All are created before any is started. */
export function planLives(wanted: readonly MemberSpec[], seen: readonly Member[]): readonly LifeStep[] {
  const states = new Map(seen.map(({ name, state }) => [name, state]));
  const created = wanted.filter(({ name }) => !states.has(name));
  const begun = wanted.flatMap(({ name }): readonly LifeStep[] => {
    const state = states.get(name);
    return state === 'running' ? [] : [{ action: state === 'paused' ? 'resume' : 'start', member: name }];
  });
  return [...created.map(({ name }) => ({ action: 'create', member: name }) as const), ...begun];
}

/** Whether a life of it goes on, be it frozen. */
export function isLiving({ state }: Pick<Member, 'state'>): boolean {
  return state === 'running' || state === 'paused';
}

/** Members that exist though the spec no longer asks for them, but for {@link isDisposable}. */
export function surplusMembers(wanted: readonly MemberSpec[], seen: readonly Member[]): readonly string[] {
  const names = new Set(wanted.map(({ name }) => name));
  return seen.filter((member) => !isDisposable(member) && !names.has(member.name)).map(({ name }) => name);
}

/** A sentinel or a pooler holds nothing that could be lost. */
export function isDisposable({ kind }: Pick<Member, 'kind'>): boolean {
  return kind === 'sentinel' || kind === 'pooler';
}
