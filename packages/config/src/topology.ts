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

/** Every member of the cluster, in the order in which they are started. */
export function membersOf(spec: ClusterSpec): readonly MemberSpec[] {
  return [...etcdMembers(spec), ...coordinators(spec), ...workers(spec), ...proxies(spec)];
}

/** Members that run PostgreSQL under Patroni. */
export function databaseMembers(spec: ClusterSpec): readonly MemberSpec[] {
  return [...coordinators(spec), ...workers(spec)];
}

/** Members of Citus group 0, `coord-1` and up. */
export function coordinators(spec: ClusterSpec): readonly MemberSpec[] {
  return numbered(spec.coordinators.count, (n) => ({ name: `coord-${n}`, kind: 'coordinator', group: 0 }));
}

/** Members of the worker groups, `worker1` and up. */
export function workers(spec: ClusterSpec): readonly MemberSpec[] {
  return numbered(spec.workers.count, (n) => ({ name: `worker${n}`, kind: 'worker', group: n }));
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

function numbered(count: number, member: (n: number) => MemberSpec): readonly MemberSpec[] {
  return Array.from({ length: count }, (_, index) => member(index + 1));
}
