import type { ClusterHandle } from '@citus-ha/cluster';
import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import { codeOf, waitFor } from '@citus-ha/core';
import type { Fault } from '../faults/fault.js';
import type { Load } from '../load/start-load.js';

/** How long a fault lasts before it is healed: at least, and at most where clients are not served again earlier. */
export interface HoldTime {
  readonly minMs: number;
  readonly maxMs: number;
}

interface Struck {
  readonly fault: Pick<Fault, 'outlastsLease'>;
  readonly members: readonly MemberSpec[];
  readonly patienceMs: number;
}

/**
 * Long enough to see what the cluster makes of it by itself: a lost leader is replaced once its lease has run out, a lost
 * etcd shows when the lease would. Longer than a client is patient, so that only what was answered under the fault counts.
 */
export function holdTimeFor(
  { timings: { ttlMs } }: Pick<ClusterSpec, 'timings'>,
  { fault, members, patienceMs }: Struck,
): HoldTime {
  const leastMs = Math.max(5_000, patienceMs);
  const hits = (kind: MemberSpec['kind']) => members.some((member) => member.kind === kind);
  if (hits('etcd') || (fault.outlastsLease && hits('coordinator')))
    return { minMs: ttlMs + leastMs, maxMs: 2 * ttlMs + 2 * leastMs };
  if (hits('coordinator')) return { minMs: leastMs, maxMs: 2 * ttlMs + 2 * leastMs };
  return { minMs: leastMs, maxMs: 3 * leastMs };
}

/** Waits until every client is served again though the fault lasts; gives up after the time it may take. */
export async function holdFault(cluster: ClusterHandle, load: Load, { minMs, maxMs }: HoldTime): Promise<void> {
  const began = performance.now();
  await waitFor({
    what: 'every client to be served again',
    probe: () => performance.now() - began >= minMs && load.longestSilenceMs() < load.patienceMs,
    timeoutMs: maxMs,
    signal: cluster.signal,
  }).catch((error: unknown) => {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  });
}
