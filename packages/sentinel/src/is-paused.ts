import { dcsPathOf, memberNamed, type ClusterHandle } from '@citus-ha/cluster';
import { coordinators } from '@citus-ha/config';
import { isScopePaused } from './failover/scope.js';

/** Whether the group of a member is in Patroni's maintenance mode. @throws CodedError as {@link isScopePaused} does. */
export function isGroupPaused(cluster: ClusterHandle, member: string): Promise<boolean> {
  return isScopePaused(cluster.dcs, dcsPathOf(cluster, memberNamed(cluster, member)));
}

/** The same of the coordinators, by which the whole cluster goes. */
export async function isClusterPaused(cluster: ClusterHandle): Promise<boolean> {
  const [first] = coordinators(cluster.spec);
  return first !== undefined && (await isGroupPaused(cluster, first.name));
}
