import type { ClusterHandle } from '@citus-ha/cluster';
import { capabilitiesOf, faultNamed } from '../faults/index.js';
import { aim } from '../faults/targets.js';

/** Injects one fault and leaves it; answers the members it hit. */
export async function injectByHand(
  cluster: ClusterHandle,
  { fault: name, target, seed }: { readonly fault: string; readonly target: string; readonly seed: number },
): Promise<readonly string[]> {
  const fault = faultNamed(name, await capabilitiesOf(cluster.runtime));
  const members = await aim(cluster, { fault, target, seed });
  await fault.inject({ cluster, members });
  return members.map((member) => member.name);
}
