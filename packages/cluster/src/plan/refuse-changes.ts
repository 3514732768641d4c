import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import { CodedError, type ErrorCode } from '@citus-ha/core';
import type { Member } from '@citus-ha/runtime';
import { differencesOf } from '../record/as-applied.js';
import type { ClusterRecord } from '../record/cluster-record.js';
import { surplusMembers } from './plan-lives.js';

/**
 * Refuses, before anything is done, what `up` cannot make of a cluster that is there.
 *
 * @throws CodedError `PASSWORDS_LOST`, `ETCD_CHANGED`, `SUPERUSER_CHANGED`, `DATABASE_CHANGED`, `REPLICATION_CHANGED` or
 * `MEMBER_SURPLUS`.
 */
export function refuseChanges(
  spec: ClusterSpec,
  kept: ClusterRecord | undefined,
  wanted: readonly MemberSpec[],
  seen: readonly Member[],
): void {
  refuseLostPasswords(spec, kept, seen);
  refuseChangedKeys(spec, kept);
  refuseSurplus(spec, surplusMembers(wanted, seen));
}

function refuseLostPasswords(spec: ClusterSpec, kept: ClusterRecord | undefined, seen: readonly Member[]): void {
  if (kept || seen.length === 0) return;
  throw new CodedError('PASSWORDS_LOST', `Cluster ${spec.name} has members, but the record of its passwords is gone`, {
    fix: 'Restore cluster.json in its store from a backup; the data is kept.',
  });
}

/**
 * Members join and leave etcd by its own commands, one at a time; other roles would have to be made first, and in
 * another database the tables would seem to be gone.
 */
function refuseChangedKeys(spec: ClusterSpec, kept: ClusterRecord | undefined): void {
  for (const { key, applied, asked } of kept ? differencesOf(spec, kept) : []) {
    const code = fixedKeys[key];
    if (code === undefined) continue;
    throw new CodedError(
      code,
      `Cluster ${spec.name} was created with ${key}: ${applied}, cluster.yaml asks for ${asked}`,
      {
        blame: 'user',
        fix: `Set ${key}: ${applied} again, or dump the data, remove the cluster with \`citus-ha down --volumes\` and restore it.`,
      },
    );
  }
}

const fixedKeys: Readonly<Record<string, ErrorCode>> = {
  'etcd.count': 'ETCD_CHANGED',
  'credentials.superuser': 'SUPERUSER_CHANGED',
  'postgres.database': 'DATABASE_CHANGED',
  'credentials.replication': 'REPLICATION_CHANGED',
};

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
