import { etcdMembers, type ClusterSpec } from '@citus-ha/config';
import type { EtcdHealth } from '@citus-ha/dcs';
import type { MemberStatus, Problem } from './status.js';

export type SeenOfEtcd = Pick<EtcdHealth, 'endpoint' | 'healthy' | 'problem' | 'alarms'>;

/** Whether it serves; a full one does, to whoever only reads. */
export function hasQuorum(etcd: readonly SeenOfEtcd[]): boolean {
  return etcd.some(({ healthy, alarms }) => healthy || alarms.length > 0);
}

/** What is wrong with etcd itself; a member of it that does not run is a problem of its own. */
export function etcdProblems(
  spec: ClusterSpec,
  members: readonly MemberStatus[],
  etcd: readonly SeenOfEtcd[],
): readonly Problem[] {
  if (!hasQuorum(etcd)) return [noQuorum(spec)];
  if (etcd.some(({ alarms }) => alarms.includes('NOSPACE'))) return [full];
  return members.flatMap((member) => memberProblems(member, etcd));
}

function noQuorum(spec: ClusterSpec): Problem {
  const [first = 'etcd'] = etcdMembers(spec).map(({ name }) => name);
  return {
    code: 'ETCD_UNHEALTHY',
    member: null,
    message: 'etcd has no quorum: the cluster goes on, but cannot fail over',
    fix: `Start it: \`citus-ha start ${first}\`; its log: \`citus-ha logs ${first}\`.`,
  };
}

const full: Problem = {
  code: 'ETCD_FULL',
  member: null,
  message: 'etcd is full (NOSPACE): it takes no changes, so the cluster cannot fail over',
  fix: 'Compact and defragment it, and lift its alarm: `citus-ha up`.',
};

function memberProblems({ name, kind, state }: MemberStatus, etcd: readonly SeenOfEtcd[]): readonly Problem[] {
  const seen = etcd.find(({ endpoint }) => endpoint.member === name);
  if (kind !== 'etcd' || state !== 'running' || seen === undefined || seen.healthy) return [];
  const what = seen.alarms.length > 0 ? `says ${seen.alarms.join(', ')}` : "has no part in etcd's quorum";
  return [
    {
      code: 'ETCD_UNHEALTHY',
      member: name,
      message: `${name} runs, but ${what}: ${seen.problem ?? 'it does not say why'}`,
      fix: `See its log: \`citus-ha logs ${name}\`.`,
    },
  ];
}

/** Of members that run and have found nothing of theirs in etcd: it has lost its data, and they refuse another one. */
export function lostDataProblems(stranded: readonly string[]): readonly Problem[] {
  if (stranded.length === 0) return [];
  return [
    {
      code: 'ETCD_EMPTY',
      member: null,
      message: `etcd has lost its data: nothing is in it of ${stranded.join(', ')}, so they cannot fail over`,
      fix: 'Restart them, all at once: `citus-ha up`.',
    },
  ];
}
