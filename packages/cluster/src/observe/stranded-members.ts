import { databaseMembers } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import type { ClusterHandle } from '../cluster-handle.js';
import { dcsPathOf } from '../open-cluster.js';

/** Every key of Patroni's that is in etcd. */
export async function patroniKeys(cluster: ClusterHandle, timeoutMs = 1_000): Promise<readonly string[]> {
  return cluster.dcs.keys('/service/', { signal: cluster.signal, timeoutMs });
}

/**
 * Members among these that run though etcd has nothing of them, neither their own key nor that their scope was ever
 * initialized: it has lost its data. Patroni goes on refusing an etcd that is younger than the one it knew, until it is
 * restarted.
 */
export function strandedAmong(
  cluster: ClusterHandle,
  running: readonly string[],
  keys: readonly string[],
): readonly string[] {
  return databaseMembers(cluster.spec)
    .filter((member) => {
      const path = dcsPathOf(cluster, member);
      return (
        running.includes(member.name) &&
        ![`${path}initialize`, `${path}members/${member.name}`].some((key) => keys.includes(key))
      );
    })
    .map(({ name }) => name);
}

/** Those that still are after a few loops of Patroni's, in which it may yet find its place in etcd. */
export async function waitForStranded(cluster: ClusterHandle, running: readonly string[]): Promise<readonly string[]> {
  const { spec, signal } = cluster;
  let stranded: readonly string[] = [];
  await waitFor({
    what: 'every member to be known to etcd',
    probe: async () => {
      stranded = strandedAmong(cluster, running, await patroniKeys(cluster));
      return stranded.length === 0;
    },
    timeoutMs: 2 * (spec.timings.loopWaitMs + spec.timings.retryTimeoutMs),
    signal,
  }).catch(() => signal?.throwIfAborted());
  return stranded;
}
