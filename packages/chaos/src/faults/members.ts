import type { OpenCluster } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';

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
  { runtime }: OpenCluster,
  members: readonly MemberSpec[],
  state: Member['state'],
): Promise<readonly MemberSpec[]> {
  const seen = await runtime.members();
  return members.filter(({ name }) => seen.some((one) => one.name === name && one.state === state));
}
