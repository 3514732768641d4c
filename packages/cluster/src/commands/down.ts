import { coordinators, membersOf } from '@citus-ha/config';
import { codeOf } from '@citus-ha/core';
import { refuseUnseen, type Member } from '@citus-ha/runtime';
import { isLiving } from '../plan/plan-lives.js';
import { networkPorts } from '../network-ports.js';
import { withClusterLock, withoutFaults, type ClusterContext } from '../context.js';

export interface DownOptions {
  /** Remove data, passwords and addresses as well. */
  readonly volumes: boolean;
}

export interface DownResult {
  /** Members that ran. */
  readonly stopped: readonly string[];
  /** Members whose data was removed; none unless that was asked for. */
  readonly removed: readonly string[];
}

/**
 * Stops the cluster so that its leader is still the leader at the next `up`: standbys before the leader, etcd last. Workers
 * and their leader stop at the same time: while Citus waits for a node that is gone, PostgreSQL does not stop.
 */
export async function down(context: ClusterContext, { volumes }: DownOptions): Promise<DownResult> {
  // Who injects faults brings the cluster back afterwards.
  return withoutFaults(context, () => withClusterLock(context, () => bringDown(context, volumes)));
}

async function bringDown(context: ClusterContext, volumes: boolean): Promise<DownResult> {
  try {
    const members = await context.runtime.members();
    for (const member of members) refuseUnseen(member);
    const stopped = await stopAll(context, members);
    return { stopped, removed: volumes ? await removeAll(context, members) : [] };
  } catch (error) {
    // What cannot be read can still be removed.
    if (!volumes || codeOf(error) !== 'STATE_UNREADABLE') throw error;
    return { stopped: [], removed: await removeAll(context, membersOf(context.spec)) };
  }
}

async function removeAll(
  { runtime, onEvent }: ClusterContext,
  members: readonly Pick<Member, 'name'>[],
): Promise<readonly string[]> {
  await runtime.destroy({ data: true });
  const names = members.map(({ name }) => name);
  if (names.length > 0) onEvent?.({ type: 'removed-data', members: names });
  return names;
}

async function stopAll(context: ClusterContext, members: readonly Member[]): Promise<readonly string[]> {
  const { runtime, onEvent, signal } = context;
  // What died by itself is not to be started again by any other one.
  const dead = members.filter(({ state, intent }) => state === 'exited' && intent === 'running');
  await Promise.all(dead.map(({ name }) => runtime.stop(name)));
  const running = members.filter(isLiving);
  const leader = await findLeader(context);
  const phaseOf = ({ name, kind }: Member) => {
    if (kind === 'sentinel') return 0;
    return kind === 'etcd' ? 3 : kind === 'worker' || name === leader ? 2 : 1;
  };
  const phases = [0, 1, 2, 3].map((phase) => running.filter((member) => phaseOf(member) === phase));
  for (const phase of phases) {
    signal?.throwIfAborted();
    await Promise.all(
      phase.map(async ({ name, state }) => {
        if (state === 'paused') await runtime.resume(name);
        await runtime.stop(name);
        onEvent?.({ type: 'stopped', member: name });
      }),
    );
  }
  return running.map(({ name }) => name);
}

async function findLeader(context: ClusterContext): Promise<string | undefined> {
  const { spec, runtime, ports = networkPorts } = context;
  const site = await runtime.site();
  if (site === undefined) return undefined;
  const placed = coordinators(spec).filter(({ name }) => site.members[name]);
  const asked = placed.map(({ name }) => ports.patroni({ spec, runtime, site }, name).cluster());
  return Promise.any(asked).then(
    ({ members }) => members.find(({ role }) => role === 'leader')?.name,
    () => undefined,
  );
}
