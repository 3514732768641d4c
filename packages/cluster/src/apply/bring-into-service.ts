import { withConnection } from '@citus-ha/citus';
import { coordinators, etcdMembers, groupsOf, membersOf, proxies, workers, type MemberSpec } from '@citus-ha/config';
import { codeOf, currentClock, waitFor } from '@citus-ha/core';
import { leaderOf, type Leader, type PatroniMember } from '@citus-ha/patroni';
import { bootstrapNodes } from './bootstrap-nodes.js';
import { findStuck } from '../observe/catch-up.js';
import type { ChangeLog } from './change-log.js';
import { applyDynamicConfiguration } from '../configuration/dynamic-configuration.js';
import { electLeader } from './elect-leader.js';
import { isSynchronous } from '../status/find-problems.js';
import { whileDataIsThere } from '../observe/lost-data.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorCluster, dcsPathOf } from '../open-cluster.js';
import { readStatus } from '../status/read-status.js';
import { refuseParameters } from '../configuration/refuse-parameters.js';
import { serves } from '../observe/serves.js';
import { refuseStartFailure } from './start-failures.js';
import { patroniKeys } from '../observe/stranded-members.js';
import { refuseStuck } from './turns.js';
import { whileRunning } from './while-running.js';

/** What a loop of Patroni's takes at most, besides its pause. */
const loopMs = 1_000;

/** From members that run to a cluster that takes writes, each of them on as many coordinators as is promised. */
export async function bringIntoService(cluster: ClusterHandle, log: ChangeLog): Promise<void> {
  const names = membersOf(cluster.spec).map(({ name }) => name);
  await whileRunning(cluster, names, (signal) => serve({ ...cluster, signal }, log));
}

async function serve(cluster: ClusterHandle, log: ChangeLog): Promise<void> {
  const { change, changes } = log;
  const { spec, signal, onEvent } = cluster;
  onEvent?.({ type: 'waiting-for-leaders' });
  const groups = groupsOf(spec).map(({ members }) => members);
  const [leader] = await whileDataIsThere(cluster, workers(spec), (soon) =>
    leadersOf({ ...cluster, signal: soon }, groups, log),
  );
  if (leader) await refuseParameters(cluster, leader.name);
  await waitForConfiguration(cluster, groups);
  const configured = await configure(cluster, groups);
  if (configured.length > 0) {
    change({ type: 'configured', members: configured, toStart: false });
    // Only at its next loop does Patroni know which settings need a restart.
    await currentClock().sleep(spec.timings.loopWaitMs + loopMs, signal);
  }
  changes.push(...(await bootstrapNodes(cluster)).map((step) => ({ type: 'bootstrap', step }) as const));
  onEvent?.({ type: 'waiting-for-service' });
  await Promise.all([
    ...groups.flat().map((member) => waitForMember(cluster, member)),
    waitForEtcd(cluster, 'all'),
    waitForSynchrony(cluster),
    waitForWrites(cluster),
    ...(configured.length > 0 ? [waitForSettings(cluster)] : []),
  ]);
}

/** Where etcd does not know who may lead, it is not left to time: who waits in vain, and for whom, is told at once. */
async function leadersOf(
  cluster: ClusterHandle,
  groups: readonly (readonly MemberSpec[])[],
  log: ChangeLog,
): Promise<readonly Leader[]> {
  const over = new AbortController();
  const signal = cluster.signal ? AbortSignal.any([cluster.signal, over.signal]) : over.signal;
  const leaders = groups.map((group) => waitForOne({ ...cluster, signal }, group, log));
  try {
    return await Promise.race([Promise.all(leaders), refuseStuck({ ...cluster, signal })]);
  } finally {
    over.abort();
    await Promise.allSettled(leaders);
  }
}

/** A server that was killed first replays all WAL since its last checkpoint: as long as one does, nobody is late. */
async function waitForOne(cluster: ClusterHandle, group: readonly MemberSpec[], log: ChangeLog): Promise<Leader> {
  const clients = group.map(({ name }) => cluster.patroni(name));
  for (;;) {
    try {
      return await electLeader(cluster, group, log);
    } catch (error) {
      const states = await Promise.allSettled(clients.map((client) => client.status()));
      const recovers = states.some((seen) => seen.status === 'fulfilled' && seen.value.state === 'starting');
      if (codeOf(error) !== 'TIMEOUT' || !recovers) throw error;
      cluster.onEvent?.({ type: 'recovering', members: group.map(({ name }) => name) });
    }
  }
}

/** In an etcd that has lost its data leaders write theirs anew, a moment after they lead; until then Patroni refuses changes of it. */
async function waitForConfiguration(cluster: ClusterHandle, groups: readonly (readonly MemberSpec[])[]): Promise<void> {
  const wanted = groups.flatMap(([member]) => (member ? [`${dcsPathOf(cluster, member)}config`] : []));
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

/** Answers the members whose dynamic configuration had to be changed. */
async function configure(
  cluster: ClusterHandle,
  groups: readonly (readonly MemberSpec[])[],
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const group of groups) {
    if (await applyDynamicConfiguration(cluster, group)) changed.push(...group.map(({ name }) => name));
  }
  return changed;
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
      return kind === 'coordinator' && (await findStuck(cluster.runtime, name)) !== undefined;
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
async function areStuck({ runtime }: ClusterHandle, members: readonly PatroniMember[]): Promise<boolean> {
  const standbys = members.filter(({ role }) => role !== 'leader');
  const stuck = await Promise.all(standbys.map(({ name }) => findStuck(runtime, name)));
  return standbys.length > 0 && !stuck.includes(undefined);
}

/** Until members have what they were sent; what they do not take at all is told by `readStatus`. */
async function waitForSettings(cluster: ClusterHandle): Promise<void> {
  await waitFor({
    what: 'every member to take its settings',
    probe: async () => !(await readStatus(cluster)).problems.some(({ code }) => code === 'SETTING_NOT_IN_FORCE'),
    timeoutMs: 2 * cluster.spec.timings.loopWaitMs + loopMs,
    intervalMs: 200,
    signal: cluster.signal,
  }).catch((error: unknown) => {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  });
}

async function waitForWrites(cluster: ClusterHandle): Promise<void> {
  const endpoint = cluster.endpoint('write');
  const [proxy] = proxies(cluster.spec);
  await waitFor({
    what: `the write endpoint ${endpoint.host}:${endpoint.port} to reach the leader`,
    ...(proxy && { member: proxy.name }),
    probe: () =>
      withConnection(endpoint, async (client) => {
        const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
        return rows[0]?.standby === false;
      }),
    timeoutMs: 60_000,
    signal: cluster.signal,
    fix: 'See `citus-ha doctor`, and the log of the proxy: `citus-ha logs haproxy`.',
  });
}
