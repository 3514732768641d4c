import { disableWorker, findCutOff, ifClusterIsFree, knock, memberNamed, type ClusterHandle } from '@citus-ha/cluster';
import { codeOf, currentClock, messageOf, waitFor } from '@citus-ha/core';
import { isClusterPaused } from '../is-paused.js';
import type { Tell } from '../sentinel-event.js';

/** A coordinator that is to lead instead of one that died too does so by then. */
const patienceMs = 30_000;
const knockMs = 500;
const busyMs = 500;

export interface Loss {
  /** When it was lost, by the clock. */
  readonly since: number;
  readonly promisedMs?: number | undefined;
  /** Whether nobody else works on the whole cluster. */
  readonly isAlone?: boolean;
  /** Whether it may serve others than the leader, which helps nobody. */
  readonly isCutOff?: boolean;
}

/**
 * Takes a worker out of service that was lost, so that writes go on without it, unless it serves again meanwhile. Tries again for as
 * long as nobody leads, or Citus does not do it. Never throws but for the cluster's signal.
 */
export async function doWithout(cluster: ClusterHandle, member: string, loss: Loss, tell: Tell): Promise<void> {
  const { since, promisedMs } = loss;
  let problem = 'somebody works on the whole cluster';
  const seen = { isOnPurpose: false };
  const probe = () =>
    attempt(cluster, member, loss, seen).catch((error: unknown) => {
      problem = messageOf(error);
      return undefined;
    });
  try {
    const what = `${member} to be out of service`;
    const event = await waitFor({ what, probe, timeoutMs: patienceMs, intervalMs: 50, signal: cluster.signal });
    if (event === 'nothing') return;
    const afterMs = Math.round(currentClock().now() - since);
    const measured = { afterMs, ...(promisedMs !== undefined && { promisedMs }) };
    tell(event.type === 'worker-disabled' ? { ...event, ...measured } : event);
  } catch (error) {
    cluster.signal?.throwIfAborted();
    tell({ type: 'failed', member, reason: codeOf(error) === 'TIMEOUT' ? problem : messageOf(error) });
  }
}

/** `nothing` where nothing is to be done about it; `undefined` while somebody works on the whole cluster. */
async function attempt(
  cluster: ClusterHandle,
  member: string,
  { isAlone, isCutOff }: Loss,
  seen: { isOnPurpose: boolean },
) {
  const { runtime } = cluster;
  const worker = memberNamed(cluster, member);
  if (await isClusterPaused(cluster)) return 'nothing';
  const { state, intent } = await runtime.member(member);
  if (state !== 'exited' && !isCutOff) {
    const heard = await knock(runtime, member, 'postgres', knockMs);
    if (heard === 'heard' || heard === 'unknown') return 'nothing';
  }
  // Another one may lead by now, who reaches it.
  if (isCutOff && (await findCutOff(cluster)) !== member) return 'nothing';
  const disable = async () => (await disableWorker(cluster, worker)) ?? 'nothing';
  // Whoever works on the whole cluster stops workers, and starts them again a moment later.
  seen.isOnPurpose ||= intent === 'stopped';
  if (!seen.isOnPurpose || isAlone) return disable();
  const event = await ifClusterIsFree(cluster, disable);
  if (event === undefined) await currentClock().sleep(busyMs, cluster.signal);
  return event;
}
