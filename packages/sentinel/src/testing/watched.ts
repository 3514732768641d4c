import { SimulatedCluster } from '@citus-ha/cluster/testing';
import { leaderName, up, type ClusterHandle } from '@citus-ha/cluster';
import { defaultClusterSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { runSentinel } from '../run-sentinel.js';
import type { SentinelEvent } from '../sentinel-event.js';

const spec = defaultClusterSpec();

export interface Watched {
  readonly simulated: SimulatedCluster;
  readonly cluster: ClusterHandle;
}

export async function makeCluster(changed: Partial<typeof spec> = {}): Promise<Watched> {
  const simulated = new SimulatedCluster({ ...spec, ...changed });
  const { cluster } = await simulated.run(() => up(simulated.context, { install: false }));
  return { simulated, cluster };
}

/** Runs a task while so many sentinels watch, and answers what they told. */
export function watching(
  { simulated, cluster }: Watched,
  task: (leader: string, events: readonly SentinelEvent[]) => Promise<void>,
  sentinels: readonly ClusterHandle[] = [cluster],
): Promise<readonly SentinelEvent[]> {
  const events: SentinelEvent[] = [];
  return simulated.run(async () => {
    const over = new AbortController();
    const running = sentinels.map((handle) =>
      runSentinel({ open: async () => handle, signal: over.signal, onEvent: (event) => void events.push(event) }),
    );
    try {
      await task((await leaderName(cluster)) ?? '', events);
    } finally {
      over.abort();
      await Promise.all(running);
    }
    return events;
  });
}

/** A sentinel knocks at members several times a second. */
export const untilHeard = () =>
  waitFor({ what: 'time to pass', timeoutMs: 2_000, probe: () => false }).catch(() => undefined);

export const untilRuns = ({ runtime }: ClusterHandle, member: string) =>
  waitFor({
    what: `${member} to run`,
    timeoutMs: 10_000,
    probe: async () => (await runtime.member(member)).state === 'running',
  });
