import { coordinators, databaseMembers, etcdMembers, groupsOf, type MemberSpec } from '@citus-ha/config';
import { codeOf, waitFor } from '@citus-ha/core';
import { leaderOf, type PatroniMember } from '@citus-ha/patroni';
import { refuseStartFailure } from './start-failures.js';
import { waitForPooled, waitForWrites } from './wait-for-writes.js';
import { withPatience, type ClusterHandle } from '../cluster-handle.js';
import { findStuck } from '../observe/catch-up.js';
import { serves } from '../observe/serves.js';
import { patroniKeys } from '../observe/stranded-members.js';
import { coordinatorCluster, dcsPathOf } from '../open-cluster.js';
import { isSynchronous } from '../status/find-problems.js';
import { readStatus } from '../status/read-status.js';

/** What a loop of Patroni's takes at most, besides its pause. */
export const loopMs = 1_000;

/** Until clients are served, and every acknowledged write is on as many coordinators as is promised. */
export async function waitForService(
  cluster: ClusterHandle,
  { isConfigured }: { readonly isConfigured: boolean },
): Promise<void> {
  await Promise.all([
    ...databaseMembers(cluster.spec).map((member) => waitForMember(cluster, member)),
    waitForEtcd(cluster, 'all'),
    waitForSynchrony(cluster),
    waitForWrites(cluster).then(() => waitForPooled(cluster)),
    ...(isConfigured ? [waitForSettings(cluster)] : []),
  ]);
}

/** In an etcd that has lost its data leaders write theirs anew, a moment after they lead; until then Patroni refuses changes of it. */
export async function waitForConfiguration(cluster: ClusterHandle): Promise<void> {
  const wanted = groupsOf(cluster.spec).flatMap(({ members: [member] }) =>
    member ? [`${dcsPathOf(cluster, member)}config`] : [],
  );
  const [first = 'etcd'] = etcdMembers(cluster.spec).map(({ name }) => name);
  await waitFor({
    what: 'every leader to have its configuration in etcd',
    member: first,
    probe: async () => {
      const keys = await patroniKeys(cluster);
      return wanted.every((key) => keys.includes(key));
    },
    timeoutMs: 60_000,
    intervalMs: 200,
    signal: cluster.signal,
  });
}

/** Until etcd serves, which a majority of it does, or until each member of it does. */
export async function waitForEtcd(cluster: ClusterHandle, wanted: 'majority' | 'all'): Promise<void> {
  const names = etcdMembers(cluster.spec).map(({ name }) => name);
  const [first = 'etcd'] = names;
  const { signal } = cluster;
  let seen = 'nothing';
  await waitFor({
    what: `${names.join(', ')} to be healthy`,
    member: first,
    probe: async () => {
      const health = await cluster.dcs.health({ signal });
      seen = health.map(({ endpoint, problem }) => `${endpoint.member} ${problem ?? 'is healthy'}`).join('; ');
      // A full one takes what gives it room again.
      const healthy = health.filter((one) => one.healthy || one.alarms.includes('NOSPACE')).length;
      return wanted === 'all' ? healthy === health.length : healthy > 0;
    },
    lastSeen: () => seen,
    timeoutMs: 60_000,
    intervalMs: 50,
    fix: `See its log: \`citus-ha logs ${first}\`.`,
    signal,
  });
}

/**
 * Until a member leads or streams, and everyone can see it: its Patroni tells etcd a moment after it knows, and what it told last
 * stays there for a while. One that cannot catch up is not waited for.
 *
 * @throws CodedError `START_FAILED` where its PostgreSQL does not start.
 */
async function waitForMember(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  const { name, kind } = member;
  const refuse = refuseStartFailure(member);
  let seen = 'nothing';
  await waitFor({
    what: `${name} to run`,
    member: name,
    probe: async () => {
      const group = kind === 'coordinator' ? coordinatorCluster(cluster) : cluster.patroni(name).cluster();
      const view = await group;
      const told = view.members.find((one) => one.name === name);
      seen = told ? `${told.role}, ${told.state}` : 'not in the cluster yet';
      refuse(told?.state);
      if (told?.state === (told?.role === 'leader' ? 'running' : 'streaming')) {
        const self = await cluster.patroni(name).status();
        return serves(self, leaderOf(view));
      }
      return kind === 'coordinator' && (await findStuck(cluster, name)) !== undefined;
    },
    lastSeen: () => seen,
    timeoutMs: 120_000,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${name}\`.`,
  });
}

/** Until the promise of an acknowledged write holds. */
async function waitForSynchrony(cluster: ClusterHandle): Promise<void> {
  const [first, second] = coordinators(cluster.spec);
  if (!first || !second || cluster.spec.durability === 'async') return;
  let seen = 'nothing';
  await waitFor({
    what: 'a standby to be synchronous',
    member: second.name,
    probe: async () => {
      const { members } = await coordinatorCluster(cluster);
      seen = members.map(({ name, role, state }) => `${name} ${role} ${state}`).join(', ');
      return members.some(isSynchronous) || (await areStuck(cluster, members));
    },
    lastSeen: () => seen,
    timeoutMs: 120_000,
    signal: cluster.signal,
    fix: 'See the logs of the coordinators: `citus-ha logs MEMBER`.',
  });
}

/** Whether no standby that runs can catch up. */
async function areStuck(cluster: ClusterHandle, members: readonly PatroniMember[]): Promise<boolean> {
  const standbys = members.filter(({ role }) => role !== 'leader');
  const stuck = await Promise.all(standbys.map(({ name }) => findStuck(cluster, name)));
  return standbys.length > 0 && !stuck.includes(undefined);
}

/** Until members have what they were sent; what they do not take at all is told by `readStatus`. */
async function waitForSettings(cluster: ClusterHandle): Promise<void> {
  await waitFor({
    what: 'every member to take its settings',
    probe: async () =>
      !(await readStatus(withPatience(cluster))).problems.some(({ code }) => code === 'SETTING_NOT_IN_FORCE'),
    timeoutMs: 2 * cluster.spec.timings.loopWaitMs + loopMs,
    intervalMs: 200,
    signal: cluster.signal,
  }).catch((error: unknown) => {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  });
}
