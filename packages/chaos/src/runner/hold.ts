import type { OpenCluster } from '@citus-ha/cluster';
import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import { codeOf, waitFor } from '@citus-ha/core';
import type { Fault } from '../faults/fault.js';
import type { Load } from '../load/start-load.js';

/** How long a fault lasts before it is healed: at least, and at most where clients are not served again earlier. */
export interface HoldTime {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Long enough to see what the cluster makes of it by itself: a lost leader is replaced once its lease has run out, a lost
 * etcd shows when the lease would.
 */
export function holdTimeFor(spec: ClusterSpec, fault: Fault, members: readonly MemberSpec[]): HoldTime {
  const { ttlMs } = spec.timings;
  const hits = (kind: MemberSpec['kind']) => members.some((member) => member.kind === kind);
  if (hits('etcd') || (fault.outlastsLease && hits('coordinator')))
    return { minMs: ttlMs + 5_000, maxMs: 2 * ttlMs + 10_000 };
  if (hits('coordinator')) return { minMs: 5_000, maxMs: 2 * ttlMs + 10_000 };
  return { minMs: 5_000, maxMs: 15_000 };
}

/** A client that had nothing acknowledged for so long is not served. */
export const silenceMs = 1_000;

/** Waits until every client is served again though the fault lasts; gives up after the time it may take. */
export async function holdFault(cluster: OpenCluster, load: Load, { minMs, maxMs }: HoldTime): Promise<void> {
  const began = performance.now();
  await waitFor({
    what: 'every client to be served again',
    probe: () => performance.now() - began >= minMs && load.longestSilenceMs() < silenceMs,
    timeoutMs: maxMs,
    signal: cluster.signal,
  }).catch((error: unknown) => {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  });
}
