import { waitFor } from '@citus-ha/core';
import type { OpenCluster } from './open-cluster.js';
import { readStatus } from './read-status.js';
import type { ClusterStatus, ProblemCode } from './status.js';

/** What a busy server is told of as well as one that hangs. */
const ofLateAnswers: readonly ProblemCode[] = ['MEMBER_SILENT', 'SQL_FAILED', 'ENDPOINT_FAILED', 'UNDER_REPLICATED'];

/**
 * The status of a cluster that has just been worked on: looks again, for up to 30 s, while nothing but late answers keeps it from
 * being healthy.
 */
export async function readStatusOfBusy(cluster: OpenCluster): Promise<ClusterStatus> {
  let status = await readStatus(cluster);
  await waitFor({
    what: 'every member to answer in time',
    probe: async () => {
      if (!status.problems.every(({ code }) => ofLateAnswers.includes(code)) || isSettled(status)) return true;
      status = await readStatus(cluster);
      return isSettled(status);
    },
    timeoutMs: 30_000,
    intervalMs: 500,
    signal: cluster.signal,
  }).catch(() => cluster.signal?.throwIfAborted());
  return status;
}

function isSettled({ healthy, unknown }: ClusterStatus): boolean {
  return healthy && unknown.length === 0;
}
