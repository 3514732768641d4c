import type { ClusterHandle } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import { groupOf } from '../group-of.js';

/** A worker whom no standby replaces, and of whose shards other workers have copies. */
export function isAlone({ spec }: Pick<ClusterHandle, 'spec'>, { name, kind }: MemberSpec): boolean {
  return kind === 'worker' && groupOf({ spec }, name).length === 1 && spec.shards.replicationFactor > 1;
}
