import type { ClusterSpec } from '@citus-ha/config';
import { isSynchronous } from './find-problems.js';
import type { SettingsSeen } from '../configuration/read-settings.js';
import type { ClusterStatus, ProblemCode, Unknowable } from './status.js';

type Seen = Pick<ClusterStatus, 'members' | 'problems' | 'late'>;

/** What was asked, and not answered in time by who is alive. */
export interface Open {
  readonly settings?: SettingsSeen;
  /** Nobody knows what the leader's SQL would say. */
  readonly leader?: boolean;
  readonly patroni?: boolean;
  readonly endpoint?: boolean;
  readonly redundancy?: boolean;
}

/** What cannot be told from what was seen, and so is not well either: only a leader's SQL knows of nodes and placements. */
export function findUnknown(
  spec: ClusterSpec,
  status: Seen,
  { settings = new Map(), leader, patroni, endpoint, redundancy }: Open = {},
): readonly Unknowable[] {
  const { problems } = status;
  const has = (...codes: readonly string[]) => problems.some(({ code }) => codes.includes(code));
  const noLeader = has('CLUSTER_DOWN', 'NO_LEADER', 'SQL_FAILED') || leader === true;
  const noQuorum = problems.some(({ code, member }) => code === 'ETCD_UNHEALTHY' && member === null);
  const promised = spec.durability !== 'async' && spec.coordinators.count > 1;
  const maybe = status.members.some(
    ({ name, kind }) =>
      kind === 'coordinator' &&
      (status.late.includes(name) || problems.some(({ code, member }) => member === name && code === 'MEMBER_SILENT')),
  );
  return [
    ...(leader ? (['leader'] as const) : []),
    ...(patroni ? (['patroni'] as const) : []),
    ...(endpoint ? (['endpoint'] as const) : []),
    ...(noLeader ? (['nodes'] as const) : []),
    ...(noLeader || redundancy ? (['redundancy'] as const) : []),
    ...(noLeader || (maybe && candidatesOf(spec, status).length === 0) ? (['failover'] as const) : []),
    ...(promised && (noLeader || noQuorum) ? (['synchrony'] as const) : []),
    ...([...settings.values()].includes(undefined) ? (['settings'] as const) : []),
  ];
}

/** Problems of members that can lead all the same. */
const harmless: readonly ProblemCode[] = ['RESTART_PENDING', 'SETTING_UNSAFE', 'SETTING_NOT_IN_FORCE'];

/** The standbys that would lead now if the leader were lost: sound ones that have every acknowledged write, where that is promised. */
export function candidatesOf(spec: ClusterSpec, { members, problems, late }: Seen): readonly string[] {
  return members
    .filter(
      (member) =>
        member.kind === 'coordinator' &&
        member.role !== 'leader' &&
        member.state === 'streaming' &&
        (spec.durability === 'async' || isSynchronous(member)) &&
        !late.includes(member.name) &&
        !problems.some(({ code, member: name }) => name === member.name && !harmless.includes(code)),
    )
    .map(({ name }) => name);
}

/** What keeps it from being known. */
export function whyUnknown({ late }: Pick<ClusterStatus, 'late'>): string {
  return late.length > 0 ? `${late.join(', ')} answered too late` : 'who would tell does not answer';
}
