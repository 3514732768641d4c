import {
  dcsPathOf,
  disableWorker,
  ifClusterIsFree,
  knock,
  memberNamed,
  type ClusterHandle,
  type Disabled,
} from '@citus-ha/cluster';
import { coordinators } from '@citus-ha/config';
import { codeOf, currentClock, messageOf, waitFor } from '@citus-ha/core';
import { isScopePaused } from '../failover/scope.js';
import type { Tell } from '../sentinel-event.js';

/** A coordinator that is to lead instead of one that died too does so by then. */
const patienceMs = 30_000;
const knockMs = 500;

type Outcome = Disabled | { readonly outcome: 'serves' | 'paused' | 'busy' };

/**
 * Takes a worker out of service that was lost, so that writes go on without it, unless it serves again meanwhile. Tries again for as
 * long as nobody leads, or Citus does not do it; `undefined` where it did not in time. Never throws but for the cluster's signal.
 *
 * @param since When it was lost, by the clock.
 */
export async function doWithout(
  cluster: ClusterHandle,
  member: string,
  { since, promisedMs }: { readonly since: number; readonly promisedMs: number | undefined },
  tell: Tell,
): Promise<Outcome['outcome'] | undefined> {
  let problem = '';
  const probe = () =>
    attempt(cluster, member).catch((error: unknown) => {
      problem = messageOf(error);
      return undefined;
    });
  try {
    const what = `${member} to be out of service`;
    const result = await waitFor({ what, probe, timeoutMs: patienceMs, intervalMs: 50, signal: cluster.signal });
    if (result.outcome === 'disabled') {
      const afterMs = Math.round(currentClock().now() - since);
      const { unproven } = result;
      tell({
        type: 'worker-disabled',
        member,
        afterMs,
        ...(promisedMs !== undefined && { promisedMs }),
        ...(unproven !== undefined && { unproven }),
      });
    }
    if (result.outcome === 'needed') {
      const { outcome: _, ...why } = result;
      tell({ type: 'worker-needed', member, ...why });
    }
    return result.outcome;
  } catch (error) {
    cluster.signal?.throwIfAborted();
    tell({ type: 'failed', member, reason: codeOf(error) === 'TIMEOUT' ? problem : messageOf(error) });
    return undefined;
  }
}

async function attempt(cluster: ClusterHandle, member: string): Promise<Outcome> {
  const { runtime, spec, dcs } = cluster;
  const worker = memberNamed(cluster, member);
  const [coordinator] = coordinators(spec);
  if (coordinator && (await isScopePaused(dcs, dcsPathOf(cluster, coordinator)))) return { outcome: 'paused' };
  const { state, intent } = await runtime.member(member);
  if (state === 'running' && (await knock(runtime, member, 'postgres', knockMs)) === 'heard')
    return { outcome: 'serves' };
  // Whoever works on the whole cluster stops workers, and starts them again a moment later.
  if (intent === 'stopped')
    return (await ifClusterIsFree(cluster, () => disableWorker(cluster, worker))) ?? { outcome: 'busy' };
  return disableWorker(cluster, worker);
}
