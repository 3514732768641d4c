import { waitFor } from '@citus-ha/core';
import { withPatience, type ClusterHandle } from '../cluster-handle.js';
import { readStatus } from './read-status.js';
import type { ClusterStatus, ProblemCode } from './status.js';

/** What a busy server is told of as well as one that hangs. */
const ofLateAnswers: readonly ProblemCode[] = ['MEMBER_SILENT', 'SQL_FAILED', 'ENDPOINT_FAILED', 'UNDER_REPLICATED'];

/** The status of a cluster that has just been worked on: looks again, for up to 30 s, while answers may only be late. */
export async function readStatusOfBusy(cluster: ClusterHandle): Promise<ClusterStatus> {
  let status = await readStatus(cluster);
  await waitFor({
    what: 'every member to answer in time',
    probe: async () => {
      if (!isLate(status)) return true;
      status = await readStatus(withPatience(cluster));
      return !isLate(status);
    },
    timeoutMs: 30_000,
    intervalMs: 500,
    signal: cluster.signal,
  }).catch(() => cluster.signal?.throwIfAborted());
  return status;
}

function isLate({ problems, unknown }: ClusterStatus): boolean {
  return (problems.length === 0 && unknown.length > 0) || problems.some(({ code }) => ofLateAnswers.includes(code));
}
