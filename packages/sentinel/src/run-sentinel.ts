import { setMaxListeners } from 'node:events';
import type { ClusterHandle } from '@citus-ha/cluster';
import { databaseMembers } from '@citus-ha/config';
import { messageOf } from '@citus-ha/core';
import { Deaths } from './failover/deaths.js';
import { Restarts } from './failover/restarts.js';
import { watchDeaths } from './failover/watch-deaths.js';
import { keepPresent } from './presence.js';
import type { SentinelEvent } from './sentinel-event.js';
import { handleDeath } from './handle-death.js';
import { Settling } from './repair/settling.js';
import { watchWorkers } from './repair/watch-workers.js';
import { SilenceWatch } from './silence/watch-silence.js';

export interface SentinelOptions {
  /** Answers the cluster as it is now: it may be given another spec while the sentinel runs. */
  readonly open: () => Promise<ClusterHandle>;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: SentinelEvent) => void;
}

/**
 * Watches the members of this machine, and makes failover faster than the lease, until the signal. Several may run: what they do
 * is guarded, so that it is done once.
 *
 * @throws CodedError as `open` does the first time.
 */
export async function runSentinel({ open, signal, onEvent: tell = () => undefined }: SentinelOptions): Promise<void> {
  const latest = { cluster: await open() };
  setMaxListeners(0, signal);
  const restarts = new Restarts();
  const deaths = new Deaths(tell);
  const present = keepPresent(latest, open, signal);
  const settling = new Settling();
  const onReturn = (member: string) => settling.begin({ ...latest.cluster, signal }, member);
  const silence = new SilenceWatch(latest, tell, onReturn);
  const listening = silence.run(signal);
  const repairing = watchWorkers(latest, (member) => silence.isCalm(member), tell, signal);
  tell({ type: 'watching', members: databaseMembers(latest.cluster.spec).map(({ name }) => name) });
  const onBreak = (error: unknown) => tell({ type: 'looking-anew', reason: messageOf(error) });
  for await (const death of watchDeaths(latest.cluster.runtime, signal, onBreak)) {
    if (!databaseMembers(latest.cluster.spec).some(({ name }) => name === death.member)) continue;
    const fenced = () => silence.fenced(death.incarnation);
    deaths.handle(death, (tellOnce) => handleDeath({ ...latest.cluster, signal }, death, restarts, fenced, tellOnce));
  }
  await Promise.all([deaths.settled(), present, listening, repairing]);
  await settling.ended();
}
