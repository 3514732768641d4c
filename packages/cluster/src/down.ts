import { coordinators } from '@citus-ha/config';
import { codeOf } from '@citus-ha/core';
import { createPatroniClient } from '@citus-ha/patroni';
import { wholeCluster, type ClusterContext } from './context.js';

export interface DownOptions {
  /** Remove data, passwords and addresses as well. */
  readonly volumes: boolean;
}

/**
 * Stops the cluster so that its leader is still the leader at the next `up`: standbys before the leader, etcd last.
 * Answers the members that were stopped; none where nothing ran.
 */
export async function down(context: ClusterContext, { volumes }: DownOptions): Promise<readonly string[]> {
  return context.runtime.withLock(wholeCluster, () => bringDown(context, volumes));
}

async function bringDown(context: ClusterContext, volumes: boolean): Promise<readonly string[]> {
  const stopped = await stopAll(context).catch((error: unknown) => {
    // What cannot be read can still be removed.
    if (volumes && codeOf(error) === 'STATE_UNREADABLE') return [];
    throw error;
  });
  if (volumes) await context.runtime.destroy({ data: true });
  return stopped;
}

async function stopAll(context: ClusterContext): Promise<readonly string[]> {
  const { runtime, onStep, signal } = context;
  const running = (await runtime.members()).filter(({ state }) => state === 'running' || state === 'paused');
  const leader = await findLeader(context);
  const last = (name: string) => name === leader;
  const phases = [
    running.filter(({ name, kind }) => kind !== 'etcd' && !last(name)),
    running.filter(({ name }) => last(name)),
    running.filter(({ kind }) => kind === 'etcd'),
  ];
  for (const phase of phases) {
    signal?.throwIfAborted();
    await Promise.all(
      phase.map(async ({ name, state }) => {
        if (state === 'paused') await runtime.resume(name);
        await runtime.withLock(name, () => runtime.stop(name));
        onStep?.(`stopped ${name}`);
      }),
    );
  }
  return running.map(({ name }) => name);
}

async function findLeader({ spec, runtime }: ClusterContext): Promise<string | undefined> {
  const site = await runtime.site();
  const asked = coordinators(spec).flatMap(({ name }) => {
    const member = site?.members[name];
    return member ? [createPatroniClient({ url: `http://${member.address}:8008`, member: name }).cluster()] : [];
  });
  return Promise.any(asked).then(
    ({ members }) => members.find(({ role }) => role === 'leader')?.name,
    () => undefined,
  );
}
