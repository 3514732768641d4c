import { coordinators, type MemberSpec } from '@citus-ha/config';
import { CodedError, codeOf } from '@citus-ha/core';
import { refuseUnseen } from '@citus-ha/runtime';
import type { ClusterHandle } from '../cluster-handle.js';
import { membersHere } from '../members-here.js';
import { closeEtcd } from '../apply/secure-etcd.js';
import { allowLoss } from '../apply/turns.js';

/** Starts one member, or thaws it where it is frozen. What must be done before its Patroni starts is done by its own new life (docs/adr/0010). */
export async function startMember(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  await cluster.runtime.withLock(member.name, async () => {
    const seen = await cluster.runtime.member(member.name);
    refuseUnseen(seen);
    const { state } = seen;
    if (state === 'running') return;
    if (state === 'paused') return cluster.runtime.resume(member.name);
    await cluster.runtime.start(member.name);
  });
}

/** Lets a coordinator that is about to start lead without those that do not run, by an etcd that may have lost its users too. */
export async function allowLossOfStopped(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  const seen = await cluster.runtime.members();
  const names = coordinators(cluster.spec).map(({ name }) => name);
  const mayRun = seen.filter(({ state }) => state !== 'exited' && state !== 'created').map(({ name }) => name);
  if (await closeEtcd(cluster)) cluster.onEvent?.({ type: 'closed-etcd' });
  await allowLoss(
    cluster,
    names.filter((name) => name !== member.name && !mayRun.includes(name)),
  );
}

/** Ends and starts the whole process of a member. */
export async function restartProcess({ runtime }: ClusterHandle, { name, kind }: MemberSpec): Promise<void> {
  await runtime.withLock(name, async () => {
    // etcd's farewell to its clients made one Patroni in eight demote a leader at once; its mere absence made none.
    await (kind === 'etcd' ? runtime.kill(name) : runtime.stop(name));
    await runtime.start(name);
  });
}

/** Names of the members whose process runs. */
export async function runningMembers({ runtime }: ClusterHandle): Promise<readonly string[]> {
  return (await runtime.members()).filter(({ state }) => state === 'running').map(({ name }) => name);
}

/** @throws CodedError `MEMBER_UNKNOWN` listing the members there are. */
export function memberNamed(cluster: Pick<ClusterHandle, 'spec' | 'runtime'>, name: string): MemberSpec {
  const members = membersHere(cluster);
  const found = members.find((member) => member.name === name);
  if (found) return found;
  throw new CodedError('MEMBER_UNKNOWN', `Cluster ${cluster.spec.name} has no member ${name}`, {
    blame: 'user',
    fix: `Name one of ${members.map((member) => member.name).join(', ')}.`,
  });
}

/** The same for one that must have been made. @throws CodedError also `MEMBER_MISSING` where it was not, or is gone. */
export async function presentMember(
  cluster: Pick<ClusterHandle, 'spec' | 'runtime'>,
  name: string,
): Promise<MemberSpec> {
  const member = memberNamed(cluster, name);
  await cluster.runtime.member(name).catch((error: unknown) => {
    if (codeOf(error) !== 'MEMBER_UNKNOWN') throw error;
    const lacks = cluster.runtime.kind === 'docker' ? 'has no container' : 'does not exist';
    throw new CodedError('MEMBER_MISSING', `${name} is a member of cluster ${cluster.spec.name}, but ${lacks}`, {
      member: name,
      fix: 'Create it: `citus-ha up`.',
    });
  });
  return member;
}
