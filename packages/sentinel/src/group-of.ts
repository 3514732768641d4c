import type { ClusterHandle } from '@citus-ha/cluster';
import { groupsOf, type MemberSpec } from '@citus-ha/config';

/** Members of the same Patroni scope, the member itself among them. */
export function groupOf({ spec }: Pick<ClusterHandle, 'spec'>, member: string): readonly MemberSpec[] {
  return groupsOf(spec).find(({ members }) => members.some(({ name }) => name === member))?.members ?? [];
}
