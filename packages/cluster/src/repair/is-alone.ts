import { groupsOf, type ClusterSpec, type MemberSpec } from '@citus-ha/config';

/** A worker whom no standby replaces, and of whose shards other workers have copies. */
export function isAlone(spec: ClusterSpec, { name, kind }: MemberSpec): boolean {
  const group = groupsOf(spec).find(({ members }) => members.some((member) => member.name === name));
  return kind === 'worker' && group?.members.length === 1 && spec.shards.replicationFactor > 1;
}
