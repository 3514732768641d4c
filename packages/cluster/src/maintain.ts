import { coordinators, databaseMembers, workers, type MemberSpec } from '@citus-ha/config';
import { CodedError, waitFor } from '@citus-ha/core';
import { coordinatorClients, patroniOf, type OpenCluster } from './open-cluster.js';

/** Restarts the PostgreSQL of one member through its Patroni, or the whole process of a member without one. */
export async function restartMember(cluster: OpenCluster, member: MemberSpec): Promise<void> {
  if (isDatabase(cluster, member)) {
    await patroniOf(cluster, member.name).restart();
    await waitUntilFit(cluster, member.name);
    return;
  }
  await cluster.runtime.withLock(member.name, async () => {
    await cluster.runtime.stop(member.name);
    await cluster.runtime.start(member.name);
  });
}

/**
 * Throws a standby's data away and copies it anew from the leader.
 *
 * @throws CodedError `NOT_A_STANDBY` for the leader, for workers and for members without PostgreSQL.
 */
export async function reinitialize(cluster: OpenCluster, member: MemberSpec): Promise<void> {
  const seen = await Promise.any(coordinatorClients(cluster).map((client) => client.cluster()));
  if (member.kind !== 'coordinator' || seen.members.find(({ name }) => name === member.name)?.role === 'leader') {
    throw new CodedError('NOT_A_STANDBY', `${member.name} holds the only copy of its data, or none`, {
      blame: 'user',
      member: member.name,
      fix: `Name a standby among ${coordinators(cluster.spec)
        .map(({ name }) => name)
        .join(', ')}; move the leader away first with \`citus-ha switchover\`.`,
    });
  }
  await patroniOf(cluster, member.name).reinitialize({ force: true });
  await waitUntilFit(cluster, member.name);
}

/** Tells every Patroni of the cluster to leave its PostgreSQL as it is (`on`), or to manage it again. */
export async function setMaintenance(cluster: OpenCluster, on: boolean): Promise<void> {
  const groups = [coordinators(cluster.spec)[0], ...workers(cluster.spec)];
  await Promise.all(
    groups.map(async (member) => {
      if (member) await patroniOf(cluster, member.name).patchConfig({ pause: on ? true : null });
    }),
  );
}

function isDatabase({ spec }: OpenCluster, { name }: MemberSpec): boolean {
  return databaseMembers(spec).some((member) => member.name === name);
}

async function waitUntilFit(cluster: OpenCluster, name: string): Promise<void> {
  let seen = 'nothing';
  await waitFor({
    what: `${name} to run again`,
    member: name,
    probe: async () => {
      const { members } = await patroniOf(cluster, name).cluster();
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
