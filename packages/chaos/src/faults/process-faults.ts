import { siteOf, startMember } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import type { Before, Fault, FaultContext } from './fault.js';
import { databaseTargets, each, namesOf, withState } from './members.js';
import { postmastersOf } from './postmasters.js';

const anyMember = [...databaseTargets, 'etcd-majority', 'proxy', 'all'];

export const kill: Fault = {
  name: 'kill',
  description: 'every process of the member ends at once, as by kill -9 or a power cut',
  needs: [],
  targets: anyMember,
  deposes: true,
  inject: ({ cluster, members }) => each(members, ({ name }) => cluster.runtime.kill(name)),
  heal: startAgain,
  evidence: ended,
};

export const stop: Fault = {
  name: 'stop',
  description: 'the member is asked to end, as by docker stop or a shutdown, and stays down',
  needs: [],
  targets: anyMember,
  deposes: true,
  inject: ({ cluster, members }) => each(members, ({ name }) => cluster.runtime.stop(name)),
  heal: startAgain,
  evidence: ended,
};

export const pause: Fault = {
  name: 'pause',
  description: 'every process of the member is frozen (SIGSTOP): its connections stand, nothing answers',
  needs: ['pause'],
  targets: anyMember,
  deposes: true,
  inject: ({ cluster, members }) => each(members, ({ name }) => cluster.runtime.pause(name)),
  heal: async ({ cluster, members }) => {
    const frozen = await withState(cluster, members, 'paused');
    await each(frozen, ({ name }) => cluster.runtime.resume(name));
  },
  evidence: async ({ cluster, members }) => {
    const frozen = await withState(cluster, members, 'paused');
    return frozen.length === members.length ? `${namesOf(members)} frozen` : undefined;
  },
};

export const patroniKill: Fault = {
  name: 'patroni-kill',
  description:
    'only Patroni is killed, the init of its member: its PostgreSQL must not go on as a leader nobody governs',
  needs: ['isolation'],
  targets: databaseTargets,
  deposes: true,
  inject: ({ cluster, members }) => each(members, ({ name }) => cluster.runtime.killOne(name, 'init')),
  heal: startAgain,
  evidence: ended,
};

export const postmasterKill: Fault = {
  name: 'postmaster-kill',
  description: "PostgreSQL's postmaster is killed, its Patroni goes on",
  needs: [],
  targets: databaseTargets,
  deposes: false,
  inject: ({ cluster, members }) =>
    each(members, ({ name }) =>
      cluster.runtime.killOne(name, { pidFile: `${siteOf(cluster.site, name).dataDir}/postmaster.pid` }),
    ),
  heal: startAgain,
  evidence: async (context, before) => {
    const now = await postmastersOf(context);
    const gone = context.members.every(({ name }) => now.get(name) !== before.postmasters.get(name));
    return gone ? `postmaster of ${namesOf(context.members)} gone` : undefined;
  },
};

const startTimeoutMs = 30_000;

/** What heals whatever ended: a member that runs is left alone. */
async function startAgain({ cluster, members }: FaultContext): Promise<void> {
  const down = await withState(cluster, members, 'exited');
  const start = (member: MemberSpec) =>
    waitFor({
      what: `${member.name} to be started`,
      probe: () => startMember(cluster, member).then(() => true),
      timeoutMs: startTimeoutMs,
      member: member.name,
      signal: cluster.signal,
    });
  await each(
    down.filter(({ kind }) => kind === 'etcd'),
    start,
  );
  // Tried until an etcd that was started just now has a leader: without one no database can be started.
  await each(
    down.filter(({ kind }) => kind !== 'etcd'),
    start,
  );
}

/** A member has ended when nothing of that life is left, also where something has started it again. */
export async function ended({ cluster, members }: FaultContext, before: Before): Promise<string | undefined> {
  const now = await Promise.all(members.map(({ name }) => cluster.runtime.member(name)));
  const gone = now.every(
    ({ name, state, incarnation }) =>
      state === 'exited' || incarnation?.id !== before.members.get(name)?.incarnation?.id,
  );
  return gone ? `processes of ${namesOf(members)} gone` : undefined;
}
