import type { OpenCluster } from '@citus-ha/cluster';
import { membersOf } from '@citus-ha/config';
import { faults } from '../faults/index.js';

/** Undoes whatever fault may have been injected, by anyone: thaws members, mends networks, starts members. Can be repeated. */
export async function healAll(cluster: OpenCluster): Promise<void> {
  const context = { cluster, members: membersOf(cluster.spec) };
  // Frozen members first: what is started after them may need them.
  const inOrder = faults.toSorted((a, b) => b.needs.length - a.needs.length);
  for (const heal of new Set(inOrder.map((fault) => fault.heal))) await heal(context);
}

/** The cluster for what has to be done though the user has interrupted the rest. */
export function uninterrupted(cluster: OpenCluster): OpenCluster {
  return { ...cluster, signal: new AbortController().signal };
}
