import type { MemberSpec } from '@citus-ha/config';
import { codeOf, waitFor } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import type { ChangeLog } from './change-log.js';
import { waitUntilFit } from '../commands/maintain.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { isDatabase } from '../open-cluster.js';
import { withFallback } from './proxy-fallback.js';
import { renderInput } from '../render-input.js';
import { restartProcess } from '../commands/start-stop.js';

/**
 * Gives a running member the definition that its spec asks for, by what its runtime finds that this takes: a reload at least, or
 * a restart. One that had to begin a new life is fit once this resolves, so that no two are away at a time.
 */
export async function takeDefinition(
  cluster: ClusterHandle,
  member: MemberSpec,
  action: 'reload' | 'restart',
  log: ChangeLog,
): Promise<void> {
  const take = () => takeOnce(cluster, member, action, log);
  await (member.kind === 'proxy' ? withFallback(cluster, member, take) : take());
}

/** Answers whether a new life began. */
async function takeOnce(
  cluster: ClusterHandle,
  member: MemberSpec,
  action: 'reload' | 'restart',
  log: ChangeLog,
): Promise<boolean> {
  const { runtime } = cluster;
  const { incarnation } = await runtime.member(member.name);
  const { changed, stale } = await runtime.create(renderMember(renderInput(cluster), member));
  if (changed) log.change({ type: 'updated', member: member.name });
  const isRecreated = changed && (await runtime.member(member.name)).incarnation?.id !== incarnation?.id;
  if (action === 'reload' && !isRecreated && !stale && (await reload(cluster, member))) return false;
  await renew(cluster, member, isRecreated);
  return true;
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
