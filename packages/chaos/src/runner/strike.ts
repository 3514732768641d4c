import { setTimeout as delay } from 'node:timers/promises';
import { coordinatorCluster, type ClusterHandle } from '@citus-ha/cluster';
import { coordinators } from '@citus-ha/config';
import { codeOf, messageOf, waitFor } from '@citus-ha/core';
import { leaderOf } from '@citus-ha/patroni';
import type { Before, Fault, FaultContext } from '../faults/fault.js';
import { postmastersOf } from '../faults/postmasters.js';
import { ended } from '../faults/process-faults.js';
import type { Recorder } from '../history/recorder.js';
import type { Load } from '../load/start-load.js';
import { holdFault, holdTimeFor } from './hold.js';

const lookMs = 3_000;

export interface StrikeOptions {
  readonly cluster: ClusterHandle;
  readonly fault: Fault;
  readonly members: FaultContext['members'];
  readonly load: Load;
  readonly recorder: Recorder;
}

/** Injects a fault, holds it, and notes what showed that it took hold. Healing is the caller's, whatever happens here. */
export async function strike({ cluster, fault, members, load, recorder }: StrikeOptions): Promise<void> {
  const context = { cluster, members };
  const before = await stateOf(context);
  const value = { fault: fault.name, members: members.map(({ name }) => name) };
  recorder.record({ process: 'nemesis', type: 'invoke', f: 'inject', value });
  let seen: string | undefined;
  let failure: string | undefined;
  try {
    await fault.inject(context);
    recorder.record({ process: 'nemesis', type: 'ok', f: 'inject', value });
    seen = await waitFor({
      what: 'the fault to take hold',
      probe: async () => (await withinLook(fault.evidence(context, before))) ?? ended(context, before),
      timeoutMs: 10_000,
      signal: cluster.signal,
    });
  } catch (error) {
    cluster.signal?.throwIfAborted();
    failure = messageOf(error);
    recorder.record({
      process: 'nemesis',
      type: 'info',
      f: 'inject',
      value,
      error: codeOf(error) ?? 'UNKNOWN',
      message: failure,
    });
  }
  await holdFault(cluster, load, holdTimeFor(cluster.spec, { fault, members, patienceMs: load.patienceMs }));
  const mustMove = fault.deposes && leaderIsLost(context, before.leader);
  const moved = mustMove ? await timelineMoved(cluster, before.timeline) : undefined;
  const evidence = [seen, failure, moved, mustMove && !moved && 'the timeline did not move'];
  recorder.record({
    process: 'nemesis',
    type: 'ok',
    f: 'hold',
    value: {
      held: seen !== undefined && (!mustMove || moved !== undefined),
      evidence: evidence.filter((part) => typeof part === 'string').join(', '),
    },
  });
}

/**
 * Who answers nobody is killed by a sentinel, and what was to be seen of the fault goes with it, at times in the middle of a look that
 * never ends.
 */
async function withinLook(evidence: Promise<string | undefined>): Promise<string | undefined> {
  evidence.catch(() => undefined);
  return Promise.race([evidence, delay(lookMs, undefined, { ref: false })]);
}

interface StateBefore extends Before {
  readonly leader: string | undefined;
  readonly timeline: number;
}

async function stateOf(context: FaultContext): Promise<StateBefore> {
  const { cluster } = context;
  const [members, postmasters, seen] = await Promise.all([
    cluster.runtime.members(),
    postmastersOf(context),
    coordinatorCluster(cluster),
  ]);
  const leader = leaderOf(seen);
  return {
    members: new Map(members.map((member) => [member.name, member])),
    postmasters,
    leader: leader?.name,
    timeline: leader?.timeline ?? 0,
  };
}

/** A promoted leader tells the others of its timeline a moment later than it takes writes. */
async function timelineMoved(cluster: ClusterHandle, before: number): Promise<string | undefined> {
  const now = await waitFor({
    what: 'the timeline to move',
    probe: async () => {
      const timeline = leaderOf(await coordinatorCluster(cluster))?.timeline ?? 0;
      return timeline > before && timeline;
    },
    timeoutMs: 15_000,
    signal: cluster.signal,
  }).catch(() => undefined);
  cluster.signal?.throwIfAborted();
  return now === undefined ? undefined : `timeline ${before} to ${now}`;
}

/** Whether the leader is hit and someone is left who could lead. */
function leaderIsLost({ cluster, members }: FaultContext, leader: string | undefined): boolean {
  const hit = new Set(members.map(({ name }) => name));
  return leader !== undefined && hit.has(leader) && coordinators(cluster.spec).some(({ name }) => !hit.has(name));
}
