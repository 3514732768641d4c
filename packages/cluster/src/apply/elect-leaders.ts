import type { MemberSpec } from '@citus-ha/config';
import { codeOf } from '@citus-ha/core';
import type { Leader } from '@citus-ha/patroni';
import type { ChangeLog } from './change-log.js';
import { electLeader } from './elect-leader.js';
import { refuseStuck } from './turns.js';
import type { ClusterHandle } from '../cluster-handle.js';

/** Where etcd does not know who may lead, it is not left to time: who waits in vain, and for whom, is told at once. */
export async function electLeaders(
  cluster: ClusterHandle,
  groups: readonly (readonly MemberSpec[])[],
  log: ChangeLog,
): Promise<readonly Leader[]> {
  const over = new AbortController();
  const signal = cluster.signal ? AbortSignal.any([cluster.signal, over.signal]) : over.signal;
  const leaders = groups.map((group) => waitForOne({ ...cluster, signal }, group, log));
  try {
    return await Promise.race([Promise.all(leaders), refuseStuck({ ...cluster, signal })]);
  } finally {
    over.abort();
    await Promise.allSettled(leaders);
  }
}

/** A server that was killed first replays all WAL since its last checkpoint: as long as one does, nobody is late. */
async function waitForOne(cluster: ClusterHandle, group: readonly MemberSpec[], log: ChangeLog): Promise<Leader> {
  const clients = group.map(({ name }) => cluster.patroni(name));
  for (;;) {
    try {
      return await electLeader(cluster, group, log);
    } catch (error) {
      const states = await Promise.allSettled(clients.map((client) => client.status()));
      const recovers = states.some((seen) => seen.status === 'fulfilled' && seen.value.state === 'starting');
      if (codeOf(error) !== 'TIMEOUT' || !recovers) throw error;
      cluster.onEvent?.({ type: 'recovering', members: group.map(({ name }) => name) });
    }
  }
}
