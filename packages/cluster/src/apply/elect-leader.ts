import type { MemberSpec } from '@citus-ha/config';
import { currentClock, waitFor } from '@citus-ha/core';
import { waitForLeader, type Leader, type PatroniClient } from '@citus-ha/patroni';
import type { ChangeLog } from './change-log.js';
import { applyDynamicConfiguration } from '../configuration/dynamic-configuration.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { notStarting, startFailed, StartFailures } from './start-failures.js';

const timeoutMs = 120_000;

/**
 * Waits until a member of the group leads. Where PostgreSQL does not start, the group gets its configuration first: what keeps it
 * from starting may be a parameter of an earlier one, and nobody can lead until that is gone.
 *
 * @throws CodedError `START_FAILED` where no PostgreSQL of those that run starts all the same; as {@link waitForLeader} does.
 */
export async function electLeader(
  cluster: ClusterHandle,
  group: readonly MemberSpec[],
  log: ChangeLog,
): Promise<Leader> {
  const over = new AbortController();
  const signal = cluster.signal ? AbortSignal.any([cluster.signal, over.signal]) : over.signal;
  const clients = group.map(({ name }) => cluster.patroni(name));
  const leader = waitForLeader({ clients, timeoutMs, signal });
  const failure = watchStart({ ...cluster, signal }, group, clients, log);
  try {
    return await Promise.race([leader, failure]);
  } finally {
    over.abort();
    await Promise.allSettled([leader, failure]);
  }
}

/** Rejects once nobody starts for good; until then, and once the signal aborts, it is of no consequence. */
async function watchStart(
  cluster: ClusterHandle,
  group: readonly MemberSpec[],
  clients: readonly PatroniClient[],
  { change }: ChangeLog,
): Promise<never> {
  const { signal } = cluster;
  const failures = new StartFailures();
  let configured = false;
  const stuck = await waitFor({
    what: 'PostgreSQL not to start',
    timeoutMs: 2 ** 31 - 1,
    intervalMs: 200,
    signal,
    probe: async () => {
      const { answering, failing } = await lookAtStart(clients, signal);
      failures.note(failing, currentClock().now());
      if (failing.length > 0 && !configured) {
        const members = group.map(({ name }) => name);
        if (await applyDynamicConfiguration(cluster, group)) change({ type: 'configured', members, toStart: true });
        failures.forget();
        configured = true;
      }
      return answering.length > 0 && answering.every((name) => failures.goesOn(name)) && answering[0];
    },
  });
  throw startFailed({ name: stuck, group: group[0]?.group });
}

async function lookAtStart(
  clients: readonly PatroniClient[],
  signal: AbortSignal | undefined,
): Promise<{ readonly answering: readonly string[]; readonly failing: readonly string[] }> {
  const [selves, views] = await Promise.all([
    Promise.allSettled(clients.map((client) => client.status({ signal }))),
    Promise.allSettled(clients.map((client) => client.cluster({ signal }))),
  ]);
  const states = selves.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  // What a member last told etcd is how its last start went.
  const told = views.flatMap((one) => (one.status === 'fulfilled' ? one.value.members : []));
  return {
    answering: states.map(({ name }) => name),
    failing: [...states, ...told].filter(({ state }) => notStarting.includes(state)).map(({ name }) => name),
  };
}
