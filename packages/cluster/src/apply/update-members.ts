import type { MemberSpec } from '@citus-ha/config';
import { codeOf, waitFor } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import type { ClusterStore } from '@citus-ha/runtime';
import { leaderOf } from '@citus-ha/patroni';
import type { ChangeLog } from './change-log.js';
import { isDatabase, waitUntilFit } from '../commands/maintain.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorCluster } from '../open-cluster.js';
import { howToTake } from '../plan/plan-updates.js';
import { withFallback } from './proxy-fallback.js';
import { renderInput } from '../render-input.js';
import { restartProcess } from '../commands/start-stop.js';

/** New definitions are noted as such until members have taken them, so that an interrupted run is finished by the next one. */
export const updatingKey = 'updating';

export async function isUpdateUnfinished(store: ClusterStore): Promise<boolean> {
  return (await store.read(updatingKey)) !== undefined;
}

/**
 * Gives running members the definition that their spec asks for, one after the other, the leader last; waits until each
 * that had to begin a new life is fit, so that no two are away at a time.
 */
export async function updateMembers(
  cluster: ClusterHandle,
  running: readonly MemberSpec[],
  { unfinished, log }: { readonly unfinished: boolean; readonly log: ChangeLog },
): Promise<void> {
  const { runtime } = cluster;
  const leader = await leaderName(cluster);
  const update = async (member: MemberSpec): Promise<boolean> => {
    const { incarnation } = await runtime.member(member.name);
    const { changed, stale } = await runtime.create(renderMember(renderInput(cluster), member));
    if (changed) log.change({ type: 'updated', member: member.name });
    const isRecreated = changed && (await runtime.member(member.name)).incarnation?.id !== incarnation?.id;
    const comparison = isRecreated || stale ? 'life' : changed ? 'files' : 'same';
    const action = howToTake(comparison, { isDatabase: isDatabase(cluster, member), unfinished });
    if (action === undefined) return false;
    if (action === 'restart' || !(await reload(cluster, member))) await renew(cluster, member, isRecreated);
    return true;
  };
  for (const member of rollingOrder(running, leader)) {
    if (member.kind === 'proxy') await withFallback(cluster, member, () => update(member));
    else await update(member);
  }
}

/** etcd first, then standbys and workers, then whoever leads, then the proxies. */
export function rollingOrder(members: readonly MemberSpec[], leader: string | undefined): readonly MemberSpec[] {
  const rank = ({ name, kind }: MemberSpec) => (kind === 'etcd' ? 0 : name === leader ? 2 : kind === 'proxy' ? 3 : 1);
  return members.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether Patroni took its new definition: one that knows a former password does not let itself be told to. */
function reload(cluster: ClusterHandle, { name }: MemberSpec): Promise<boolean> {
  return cluster
    .patroni(name)
    .reload()
    .then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === 'PATRONI_UNAUTHORIZED') return false;
        throw error;
      },
    );
}

async function renew(cluster: ClusterHandle, member: MemberSpec, isRecreated: boolean): Promise<void> {
  if (!isRecreated) await restartProcess(cluster, member);
  if (isDatabase(cluster, member)) await waitUntilFit(cluster, member.name);
  if (member.kind === 'etcd') await waitUntilHealthy(cluster, member.name);
}

async function waitUntilHealthy(cluster: ClusterHandle, name: string): Promise<void> {
  await waitFor({
    what: `${name} to be healthy`,
    member: name,
    probe: async () =>
      (await cluster.dcs.health()).some(({ endpoint, healthy }) => endpoint.member === name && healthy),
    timeoutMs: 30_000,
    intervalMs: 50,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${name}\`.`,
  });
}

/**
 * Until Patroni of each has taken what it was told to reload, which it does before a loop of its own. It tells when it saw
 * etcd last, in seconds: a second change of that is from a loop that began after this was called.
 */
export async function waitForNextLoop(cluster: ClusterHandle, members: readonly MemberSpec[]): Promise<void> {
  const databases = members.filter((member) => isDatabase(cluster, member));
  await Promise.all(
    databases.map(async ({ name }) => {
      const seen = new Set<number>();
      await waitFor({
        what: `${name} to take its new configuration`,
        member: name,
        probe: async () => {
          const { dcsLastSeen } = await cluster.patroni(name).status();
          return dcsLastSeen !== null && seen.add(dcsLastSeen.getTime()).size > 2;
        },
        timeoutMs: 120_000,
        intervalMs: 200,
        signal: cluster.signal,
        fix: `See its log: \`citus-ha logs ${name}\`.`,
      });
    }),
  );
}

/** Of the coordinator that leads, as far as one of them says. */
export function leaderName(cluster: ClusterHandle): Promise<string | undefined> {
  return coordinatorCluster(cluster).then(
    (seen) => leaderOf(seen)?.name,
    () => undefined,
  );
}
