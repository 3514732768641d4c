import type { ClusterSpec } from './cluster-spec.js';

/** What a member runs. */
export type MemberKind = 'coordinator' | 'worker' | 'etcd' | 'proxy' | 'pooler' | 'sentinel';

/** One member the spec asks for: a process tree or a container. */
export interface MemberSpec {
  readonly name: string;
  readonly kind: MemberKind;
  /** Citus group: 0 for coordinators, 1 and up for workers, absent for the others. */
  readonly group?: number;
}

/** Members that hold the same data, and lead one at a time. */
export interface Group {
  /** As in {@link MemberSpec}. */
  readonly group: number;
  /** `coordinators`, or `worker1` and up. */
  readonly name: string;
  readonly members: readonly MemberSpec[];
}

/** Every member that the cluster itself is made of, in the order in which they are started. */
export function membersOf(spec: ClusterSpec): readonly MemberSpec[] {
  return [...etcdMembers(spec), ...coordinators(spec), ...workers(spec), ...proxies(spec), ...poolers(spec)];
}

/** Members that run PostgreSQL under Patroni. */
export function databaseMembers(spec: ClusterSpec): readonly MemberSpec[] {
  return [...coordinators(spec), ...workers(spec)];
}

/** Members of Citus group 0, `coord-1` and up. */
export function coordinators(spec: ClusterSpec): readonly MemberSpec[] {
  return numbered(spec.coordinators.count, (n) => ({ name: `coord-${n}`, kind: 'coordinator', group: 0 }));
}

/** Members of the worker groups: `worker1` and up, where a group has several `worker1-1` and up. */
export function workers(spec: ClusterSpec): readonly MemberSpec[] {
  return workerGroups(spec).flatMap(({ members }) => members);
}

/** The coordinators, then each group of workers. */
export function groupsOf(spec: ClusterSpec): readonly Group[] {
  return [{ group: 0, name: 'coordinators', members: coordinators(spec) }, ...workerGroups(spec)];
}

function workerGroups({ workers: { count, membersPerGroup } }: ClusterSpec): readonly Group[] {
  return numbered(count, (group) => {
    const name = `worker${group}`;
    const member = (own: string): MemberSpec => ({ name: own, kind: 'worker', group });
    const members = membersPerGroup === 1 ? [member(name)] : numbered(membersPerGroup, (n) => member(`${name}-${n}`));
    return { group, name, members };
  });
}

/** `etcd`, or `etcd-1` and up where there are several. */
export function etcdMembers(spec: ClusterSpec): readonly MemberSpec[] {
  return spec.etcd.count === 1
    ? [{ name: 'etcd', kind: 'etcd' }]
    : numbered(spec.etcd.count, (n) => ({ name: `etcd-${n}`, kind: 'etcd' }));
}

/** `haproxy`, or `haproxy-1` and up where there are several. */
export function proxies(spec: ClusterSpec): readonly MemberSpec[] {
  return spec.proxy.count === 1
    ? [{ name: 'haproxy', kind: 'proxy' }]
    : numbered(spec.proxy.count, (n) => ({ name: `haproxy-${n}`, kind: 'proxy' }));
}

/** `pgbouncer`, or `pgbouncer-1` and up where there are several; none unless asked for. */
export function poolers(spec: ClusterSpec): readonly MemberSpec[] {
  return spec.pooler.count === 1
    ? [{ name: 'pgbouncer', kind: 'pooler' }]
    : numbered(spec.pooler.count, (n) => ({ name: `pgbouncer-${n}`, kind: 'pooler' }));
}

/** `sentinel`, where there is to be one: the member that attends the others, where the runtime can run one. */
export function sentinels(spec: ClusterSpec): readonly MemberSpec[] {
  return spec.sentinel.enabled ? [{ name: 'sentinel', kind: 'sentinel' }] : [];
}

function numbered<T>(count: number, member: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => member(index + 1));
}
