import { databaseMembers, membersOf, type MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { deleteOwnLeaderKey } from '@citus-ha/patroni';
import { refuseUnseen } from '@citus-ha/runtime';
import { dcsPathOf, etcdOf, type OpenCluster } from './open-cluster.js';

/**
 * Starts one member, or thaws it where it is frozen. A leader key that still carries its name is deleted first: the life that held it is over, and a
 * server that comes back to its own key could take the lock from a promoted standby (architecture, "A member is one failure unit").
 */
export async function startMember(cluster: OpenCluster, member: MemberSpec): Promise<void> {
  await cluster.runtime.withLock(member.name, async () => {
    const seen = await cluster.runtime.member(member.name);
    refuseUnseen(seen);
    const { state } = seen;
    if (state === 'running') return;
    if (state === 'paused') return cluster.runtime.resume(member.name);
    if (databaseMembers(cluster.spec).some(({ name }) => name === member.name)) {
      const own = { scopePath: dcsPathOf(cluster, member), member: member.name };
      if ((await deleteOwnLeaderKey(etcdOf(cluster), own)) === 'unknown') throw keyUndecided(member.name);
    }
    await cluster.runtime.start(member.name);
  });
}

function keyUndecided(member: string): CodedError {
  return new CodedError(
    'ETCD_NO_ANSWER',
    `${member} was not started: etcd does not tell whether the leader key of its earlier life is gone`,
    { member, fix: 'Run the command again once etcd answers, see `citus-ha doctor`.' },
  );
}

/** Stops one member until someone starts it again. */
export async function stopMember(cluster: OpenCluster, member: MemberSpec): Promise<void> {
  await cluster.runtime.withLock(member.name, () => cluster.runtime.stop(member.name));
}

/** Ends and starts the whole process of a member. */
export async function restartProcess({ runtime }: OpenCluster, { name, kind }: MemberSpec): Promise<void> {
  await runtime.withLock(name, async () => {
    // etcd's farewell to its clients made one Patroni in eight demote a leader at once; its mere absence made none.
    await (kind === 'etcd' ? runtime.kill(name) : runtime.stop(name));
    await runtime.start(name);
  });
}

/** Names of the members whose process runs. */
export async function runningMembers({ runtime }: OpenCluster): Promise<readonly string[]> {
  return (await runtime.members()).filter(({ state }) => state === 'running').map(({ name }) => name);
}

/** @throws CodedError `MEMBER_UNKNOWN` listing the members there are. */
export function memberNamed({ spec }: OpenCluster, name: string): MemberSpec {
  const members = membersOf(spec);
  const found = members.find((member) => member.name === name);
  if (found) return found;
  throw new CodedError('MEMBER_UNKNOWN', `Cluster ${spec.name} has no member ${name}`, {
    blame: 'user',
    fix: `Name one of ${members.map((member) => member.name).join(', ')}.`,
  });
}
