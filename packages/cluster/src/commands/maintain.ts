import { coordinators, groupsOf, type MemberSpec } from '@citus-ha/config';
import { CodedError, codeOf, messageOf, waitFor } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import type { PatroniClient } from '@citus-ha/patroni';
import { patchConfiguration } from '../configuration/dynamic-configuration.js';
import { explainWithLogs } from '../apply/explain-with-logs.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorCluster, isDatabase, leaderName } from '../open-cluster.js';
import { whilePoolersPaused } from './pause-poolers.js';
import { proveCopy } from './prove-copy.js';
import { refuseRestart } from '../configuration/refuse-parameters.js';
import { renderInput } from '../render-input.js';
import { startFailed } from '../apply/start-failures.js';
import { restartProcess } from './start-stop.js';

/**
 * Restarts the PostgreSQL of one member through its Patroni, or the whole process of a member without one. Clients of the poolers
 * wait while that of the leader restarts.
 *
 * @throws CodedError `START_FAILED` with what PostgreSQL says, where it ended and does not start again.
 */
export async function restartMember(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  if (isDatabase(cluster, member)) {
    await refuseRestart(cluster, member);
    const restart = () => restartPostgres(cluster, member);
    await ((await leaderName(cluster)) === member.name ? whilePoolersPaused(cluster, restart) : restart());
    await waitUntilFit(cluster, member.name);
    return;
  }
  await restartProcess(cluster, member);
}

async function restartPostgres(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  const { signal } = cluster;
  await cluster
    .patroni(member.name)
    .restart({ signal })
    .catch(async (error: unknown) => {
      if (!/answered 503: restart failed/.test(messageOf(error))) throw error;
      throw await explainWithLogs(cluster.runtime, startFailed(member));
    });
}

/**
 * Throws a standby's data away and copies it anew from the leader.
 *
 * @throws CodedError `NOT_A_STANDBY` for the leader, for workers and for members without PostgreSQL; `COPY_UNPROVEN` where
 * no leader proves that it has the data.
 */
export async function reinitialize(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  const seen = await coordinatorCluster(cluster);
  if (member.kind !== 'coordinator' || seen.members.find(({ name }) => name === member.name)?.role === 'leader') {
    throw new CodedError('NOT_A_STANDBY', `${member.name} holds the only copy of its data, or none`, {
      blame: 'user',
      member: member.name,
      fix:
        cluster.spec.coordinators.count === 1
          ? 'There is no standby to name: raise coordinators.count.'
          : `Name a standby among ${coordinators(cluster.spec)
              .map(({ name }) => name)
              .join(', ')}; move the leader away first with \`citus-ha switchover\`.`,
    });
  }
  await proveCopy(cluster, seen, member.name);
  const patroni = cluster.patroni(member.name);
  if ((await stateOf(patroni)) === 'running') {
    await patroni.reinitialize({ force: true });
    await waitUntilCopying(cluster, member.name);
  } else {
    await beginAnew(cluster, member);
    // Without data it copies by itself, and is too busy to answer.
    await patroni.reinitialize({ force: true }).catch((error: unknown) => {
      if (!['PATRONI_NO_ANSWER', 'PATRONI_REFUSED'].includes(codeOf(error) ?? '')) throw error;
    });
  }
  await waitUntilFit(cluster, member.name);
}

/** A new life, in folders that are all there, goes on where the last one cannot. Waits until its Patroni answers. */
async function beginAnew(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  await cluster.runtime.create(renderMember(renderInput(cluster), member));
  await restartProcess(cluster, member);
  await waitFor({
    what: `${member.name} to answer`,
    member: member.name,
    probe: async () => (await cluster.patroni(member.name).status()).state !== '',
    timeoutMs: 30_000,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${member.name}\`.`,
  });
}

function stateOf(patroni: PatroniClient): Promise<string> {
  return patroni.status().then(
    ({ state }) => state,
    () => 'silent',
  );
}

/** Tells every Patroni of the cluster to leave its PostgreSQL as it is (`on`), or to manage it again. */
export async function setMaintenance(cluster: ClusterHandle, on: boolean): Promise<void> {
  const groups = groupsOf(cluster.spec).map(({ group }) => group);
  const patch = { pause: on ? true : null };
  const done = await Promise.allSettled(groups.map((group) => patchConfiguration(cluster, group, patch)));
  const failed = done.flatMap((result, index) =>
    result.status === 'rejected' ? [`group ${groups[index]}: ${messageOf(result.reason)}`] : [],
  );
  if (failed.length === 0) return;
  throw new CodedError('MAINTENANCE_PARTIAL', `Not every group could be told: ${failed.join('; ')}`, {
    fix: 'Start the members that do not answer, and etcd, without which none does; then run the command again.',
  });
}

/** Patroni answers before the copy begins. Asked of the member itself: it tells etcd only now and then, and a copy may be faster. */
async function waitUntilCopying(cluster: ClusterHandle, name: string): Promise<void> {
  await waitFor({
    what: `${name} to begin its copy`,
    member: name,
    probe: async () => (await cluster.patroni(name).status()).state !== 'running',
    timeoutMs: 30_000,
    intervalMs: 50,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${name}\`.`,
  });
}

export async function waitUntilFit(cluster: ClusterHandle, name: string): Promise<void> {
  let seen = 'nothing';
  await waitFor({
    what: `${name} to run again`,
    member: name,
    probe: async () => {
      const patroni = cluster.patroni(name);
      seen = (await patroni.status()).state;
      if (seen !== 'running') return false;
      const { members } = await patroni.cluster();
      seen = members.find((member) => member.name === name)?.state ?? 'missing';
      return seen === 'running' || seen === 'streaming';
    },
    lastSeen: () => seen,
    timeoutMs: 120_000,
    intervalMs: 500,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${name}\`.`,
  });
}
