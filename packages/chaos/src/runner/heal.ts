import type { OpenCluster } from '@citus-ha/cluster';
import { membersOf } from '@citus-ha/config';
import { faults } from '../faults/index.js';
import { networkFaults } from '../faults/network-faults.js';
import { pause } from '../faults/process-faults.js';

/** Undoes whatever fault may have been injected, by anyone: thaws members, mends networks, starts members. Can be repeated. */
export async function healAll(cluster: OpenCluster): Promise<void> {
  const context = { cluster, members: membersOf(cluster.spec) };
  // What is frozen or cut off first: what is started after it may need it.
  const heals = new Set([pause, ...networkFaults, ...faults].map((fault) => fault.heal));
  const failures: unknown[] = [];
  for (const heal of heals) await heal(context).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** The cluster for what has to be done though the user has interrupted the rest. */
export function uninterrupted(cluster: OpenCluster): OpenCluster {
  return { ...cluster, signal: new AbortController().signal };
}
