import type { MemberSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { waitForLeader, type Leader } from '@citus-ha/patroni';
import type { ChangeLog } from './change-log.js';
import { applyDynamicConfiguration } from './dynamic-configuration.js';
import { patroniOf, type OpenCluster } from './open-cluster.js';

/** What Patroni says of a PostgreSQL that ended as soon as it was started, or has ended since. */
const notStarting = ['start failed', 'crashed'];
const timeoutMs = 120_000;

/**
 * Waits until a member of the group leads. Where PostgreSQL does not start, the group gets its configuration first: what keeps it
 * from starting may be a parameter of an earlier one, and nobody can lead until that is gone.
 *
 * @throws CodedError as {@link waitForLeader} does.
 */
export async function electLeader(
  cluster: OpenCluster,
  group: readonly MemberSpec[],
  { change }: ChangeLog,
): Promise<Leader> {
  const clients = group.map(({ name }) => patroniOf(cluster, name));
  const elected = new AbortController();
  const signal = cluster.signal ? AbortSignal.any([cluster.signal, elected.signal]) : elected.signal;
  const failing = async (): Promise<boolean> => {
    const states = await Promise.allSettled(clients.map((client) => client.status({ signal })));
    return states.some((one) => one.status === 'fulfilled' && notStarting.includes(one.value.state));
  };
  const configuring = waitFor({
    what: 'PostgreSQL to start',
    probe: async () => {
      if (!(await failing())) return false;
      const names = group.map(({ name }) => name).join(', ');
      if (await applyDynamicConfiguration({ ...cluster, signal }, group)) change(`configured ${names}, to start again`);
      return true;
    },
    timeoutMs,
    intervalMs: 200,
    signal,
  }).catch(() => undefined);
  try {
    return await waitForLeader({ clients, timeoutMs, signal: cluster.signal });
  } finally {
    elected.abort();
    await configuring;
  }
}
