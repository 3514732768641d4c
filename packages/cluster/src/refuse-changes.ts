import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { Member } from '@citus-ha/runtime';
import type { ClusterRecord } from './cluster-record.js';
import { surplusMembers } from './plan-up.js';

/**
 * Refuses, before anything is done, what `up` cannot make of a cluster that is there.
 *
 * @throws CodedError `PASSWORDS_LOST`, `ETCD_CHANGED` or `MEMBER_SURPLUS`.
 */
export function refuseChanges(
  spec: ClusterSpec,
  kept: ClusterRecord | undefined,
  wanted: readonly MemberSpec[],
  seen: readonly Member[],
): void {
  refuseLostPasswords(spec, kept, seen);
  refuseChangedEtcd(spec, kept);
  refuseSurplus(spec, surplusMembers(wanted, seen));
}

function refuseLostPasswords(spec: ClusterSpec, kept: ClusterRecord | undefined, seen: readonly Member[]): void {
  if (kept || seen.length === 0) return;
  throw new CodedError('PASSWORDS_LOST', `Cluster ${spec.name} has members, but the record of its passwords is gone`, {
    fix: 'Restore cluster.json in its store from a backup; the data is kept. Or remove the cluster with `citus-ha down --volumes`.',
  });
}

/** Members join and leave etcd by its own commands, one at a time; new ones beside a running one would never join. */
function refuseChangedEtcd({ name, etcd }: ClusterSpec, kept: ClusterRecord | undefined): void {
  if (kept?.etcdCount === undefined || kept.etcdCount === etcd.count) return;
  throw new CodedError(
    'ETCD_CHANGED',
    `Cluster ${name} was created with etcd.count: ${kept.etcdCount}, cluster.yaml asks for ${etcd.count}`,
    {
      blame: 'user',
      fix: `Set etcd.count: ${kept.etcdCount} again, or dump the data, remove the cluster with \`citus-ha down --volumes\` and restore it.`,
    },
  );
}

function refuseSurplus(spec: ClusterSpec, surplus: readonly string[]): void {
  if (surplus.length === 0) return;
  throw new CodedError(
    'MEMBER_SURPLUS',
    `Cluster ${spec.name} has ${surplus.join(', ')}, which cluster.yaml no longer asks for`,
    {
      blame: 'user',
      fix: 'Raise the counts again; removing members is not done by `up`.',
    },
  );
}
