import { membersOf, poolers, sentinels, type MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import type { ClusterContext } from './context.js';
import { isDisposable } from './plan/plan-lives.js';

/** Every member of the cluster, and a sentinel that attends them where the runtime can run one. */
export function membersHere({ spec, runtime }: Pick<ClusterContext, 'spec' | 'runtime'>): readonly MemberSpec[] {
  return [...membersOf(spec), ...(runtime.capabilities.has('sentinel') ? sentinels(spec) : [])];
}

/** Sentinels and poolers that are there though they are not to be; a sentinel that only another program can run is left to it. */
export function dismissedMembers({ spec }: Pick<ClusterContext, 'spec'>, seen: readonly Member[]): readonly string[] {
  const wanted = [...sentinels(spec), ...poolers(spec)].map(({ name }) => name);
  return seen.filter((member) => isDisposable(member) && !wanted.includes(member.name)).map(({ name }) => name);
}
