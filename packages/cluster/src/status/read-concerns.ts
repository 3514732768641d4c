import { withConnection } from '@citus-ha/citus';
import { coordinators, databaseMembers, poolers, proxies } from '@citus-ha/config';
import { messageOf } from '@citus-ha/core';
import { inTime, isLate } from '../observe/in-time.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { readReplayAge, replayProblem } from './replay.js';
import { readSlots, slotProblems } from './slot-problems.js';
import { readAlarms, storageProblem } from '../doctor/storage-alarms.js';
import type { Problem } from './status.js';

/** What Patroni does not tell: asked of servers, logs and the proxy at the same time; who does not answer adds nothing. */
export async function readConcerns(cluster: ClusterHandle): Promise<readonly Problem[]> {
  const placed = <T extends { readonly name: string }>(members: readonly T[]) =>
    members.filter(({ name }) => cluster.site.members[name]);
  const found = await Promise.all([
    ...placed(databaseMembers(cluster.spec)).map(async ({ name }) => {
      const problem = storageProblem(name, await readAlarms(cluster.runtime, name, cluster.answerMs), new Date());
      return problem ? [problem] : [];
    }),
    ...placed(coordinators(cluster.spec)).map(({ name }) =>
      inTime(readCoordinator(cluster, name), cluster.answerMs).catch(() => []),
    ),
  ]);
  return found.flat();
}

async function readCoordinator(cluster: ClusterHandle, name: string): Promise<readonly Problem[]> {
  const { spec } = cluster;
  return withConnection(
    cluster.sql(name),
    async (client) => {
      const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      if (!rows[0]?.standby) return slotProblems(spec, await readSlots(client));
      const ageMs = await readReplayAge(client, spec.proxy.read.maxLagMs);
      return ageMs === null ? [] : [replayProblem(name, ageMs)];
    },
    { timeoutMs: cluster.answerMs, statementTimeoutMs: cluster.answerMs },
  );
}

export interface EndpointFailure {
  readonly problem: Problem;
  /** Whether the answer only did not come in time. */
  readonly late: boolean;
}

/** Whether a client gets through the proxy, or through a pooler; worth asking only where the leader itself answers. */
export async function readEndpoint(
  cluster: ClusterHandle,
  name: 'write' | 'pooled',
): Promise<EndpointFailure | undefined> {
  const [server] = name === 'write' ? proxies(cluster.spec) : poolers(cluster.spec);
  const endpoint = cluster.endpoint(name);
  const { host, port } = endpoint;
  const { answerMs: timeoutMs } = cluster;
  const connected = withConnection(endpoint, () => Promise.resolve(undefined), { timeoutMs });
  return inTime(connected, timeoutMs).catch((error: unknown) => ({
    late: isLate(error),
    problem: {
      code: 'ENDPOINT_FAILED',
      member: server?.name ?? null,
      message: `the ${name} endpoint ${host}:${port} takes no client: ${messageOf(error)}`,
      fix: 'See `citus-ha doctor`, and who is connected: `citus-ha psql --member LEADER -c "SELECT * FROM pg_stat_activity"`.',
    },
  }));
}
