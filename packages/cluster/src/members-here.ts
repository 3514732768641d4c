import { membersOf, sentinels, type MemberSpec } from '@citus-ha/config';
import type { ClusterContext } from './context.js';

/** Every member of the cluster, and a sentinel that attends them where the runtime can run one. */
export function membersHere({ spec, runtime }: Pick<ClusterContext, 'spec' | 'runtime'>): readonly MemberSpec[] {
  return [...membersOf(spec), ...(runtime.capabilities.has('sentinel') ? sentinels(spec) : [])];
}
