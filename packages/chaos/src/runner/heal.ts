import type { ClusterHandle } from '@citus-ha/cluster';
import { membersOf } from '@citus-ha/config';
import { codeOf, messageOf, waitFor } from '@citus-ha/core';
import type { Fault, FaultContext } from '../faults/fault.js';
import { faults } from '../faults/index.js';
import { networkFaults } from '../faults/network-faults.js';
import { postmasterPause } from '../faults/postmaster-pause.js';
import { pause } from '../faults/process-faults.js';
import type { Recorder } from '../history/recorder.js';

const healTimeoutMs = 60_000;

/**
 * Undoes one fault under load, and tells whether it could. One that cannot be undone in time is noted as `info`: what became of
 * it is for the checkers.
 */
export async function healFault(fault: Fault, context: FaultContext, recorder: Recorder): Promise<boolean> {
  const { cluster, members } = context;
  const op = { process: 'nemesis', f: 'heal', value: { members: members.map(({ name }) => name) } } as const;
  recorder.record({ ...op, type: 'invoke' });
  try {
    await waitFor({
      what: `${fault.name} to be undone`,
      probe: () => fault.heal(context).then(() => true),
      timeoutMs: healTimeoutMs,
      intervalMs: 500,
      signal: cluster.signal,
    });
    recorder.record({ ...op, type: 'ok' });
    return true;
  } catch (error) {
    cluster.signal?.throwIfAborted();
    recorder.record({ ...op, type: 'info', error: codeOf(error) ?? 'UNKNOWN', message: messageOf(error) });
    return false;
  }
}

/** Undoes whatever fault may have been injected, by anyone: thaws members, mends networks, starts members. Can be repeated. */
export async function healAll(cluster: ClusterHandle): Promise<void> {
  const context = { cluster, members: membersOf(cluster.spec) };
  // What is frozen or cut off first: what is started after it may need it.
  const heals = new Set([pause, postmasterPause, ...networkFaults, ...faults].map((fault) => fault.heal));
  const failures: unknown[] = [];
  for (const heal of heals) await heal(context).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** The cluster for what has to be done though the user has interrupted the rest. */
export function uninterrupted(cluster: ClusterHandle): ClusterHandle {
  return { ...cluster, signal: new AbortController().signal };
}
