import type { ClusterHandle } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { Member } from '@citus-ha/runtime';
import type { FaultContext } from './fault.js';

/** Databases, by their places in the cluster. */
export const databaseTargets = [
  'leader',
  'standby',
  'any-coordinator',
  'all-coordinators',
  'first-worker',
  'any-worker',
  'all-workers',
];

export async function each<T>(members: readonly T[], act: (member: T) => Promise<unknown>): Promise<void> {
  await Promise.all(members.map(act));
}

export function namesOf(members: readonly MemberSpec[]): string {
  return members.map(({ name }) => name).join(', ');
}

export async function withState(
  { runtime }: ClusterHandle,
  members: readonly MemberSpec[],
  state: Member['state'],
): Promise<readonly MemberSpec[]> {
  const seen = await runtime.members();
  return members.filter(({ name }) => seen.some((one) => one.name === name && one.state === state));
}

/**
 * Runs a script in a member, as its user, and answers its output; the argument is the script's `$0`.
 *
 * @throws CodedError `FAULT_FAILED` where it does not exit with 0.
 */
export async function inMember(
  { runtime }: ClusterHandle,
  name: string,
  script: string,
  argument = 'sh',
): Promise<string> {
  const { exitCode, stdout, stderr } = await runtime.exec(name, ['sh', '-c', script, argument]);
  if (exitCode === 0) return stdout;
  throw new CodedError('FAULT_FAILED', `The fault could not be brought about in ${name}: ${stderr.trim()}`, {
    member: name,
    fix: 'Check that it runs: `citus-ha status`.',
  });
}

/** The same with the member's data directory as `$0`. @throws CodedError as {@link inMember}. */
export function inDataDir(cluster: ClusterHandle, { name }: Pick<MemberSpec, 'name'>, script: string): Promise<string> {
  return inMember(cluster, name, script, cluster.site.members[name]?.dataDir);
}

/**
 * Undoes by a script, whose `$0` is the data directory, what was done in each database among the members. One that has ended needs
 * no healing: its next life has its own limits and processes.
 */
export async function inEachRunning({ cluster, members }: FaultContext, script: string): Promise<void> {
  const databases = members.filter(({ kind }) => kind === 'coordinator' || kind === 'worker');
  await each(await withState(cluster, databases, 'running'), (member) => inDataDir(cluster, member, script));
}
