import { membersOf, sentinels, type MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import type { ClusterContext } from './context.js';

/** Every member of the cluster, and a sentinel that attends them where the runtime can run one. */
export function membersHere({ spec, runtime }: Pick<ClusterContext, 'spec' | 'runtime'>): readonly MemberSpec[] {
  return [...membersOf(spec), ...(runtime.capabilities.has('sentinel') ? sentinels(spec) : [])];
}

/** Sentinels that are there though there is to be none; one that only another program can run is left to it. */
export function dismissedMembers({ spec }: Pick<ClusterContext, 'spec'>, seen: readonly Member[]): readonly string[] {
  return spec.sentinel.enabled ? [] : seen.filter(({ kind }) => kind === 'sentinel').map(({ name }) => name);
}
