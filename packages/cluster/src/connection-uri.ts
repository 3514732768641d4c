import type { ServerAddress } from '@citus-ha/citus';
import { coordinators, poolers, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { hostAndPort } from '@citus-ha/layout';
import type { ClusterHandle } from './cluster-handle.js';
import { siteOf } from './places.js';

export type UriTarget = 'write' | 'read' | 'pooled' | 'hosts';

/**
 * The connection string of a cluster, password included: of its write or read endpoint, of its poolers, or with `hosts` of every
 * coordinator, among which libpq finds the one that takes writes.
 *
 * @throws CodedError `NO_POOLER`.
 */
export function connectionUri(cluster: ClusterHandle, target: UriTarget = 'write'): string {
  if (target === 'pooled') return uri(pooledServers(cluster));
  if (target !== 'hosts') return uri([cluster.endpoint(target)]);
  return `${uri(coordinators(cluster.spec).map(({ name }) => cluster.sql(name)))}?target_session_attrs=read-write`;
}

/** The first serves where clients are told to come to, further ones at addresses of their own. */
function pooledServers(cluster: ClusterHandle): readonly ServerAddress[] {
  const [, ...further] = requirePoolers(cluster.spec);
  const endpoint = cluster.endpoint('pooled');
  return [endpoint, ...further.map(({ name }) => ({ ...endpoint, host: siteOf(cluster.site, name).address }))];
}

/** @throws CodedError `NO_POOLER`. */
export function requirePoolers(spec: ClusterSpec): readonly MemberSpec[] {
  if (spec.pooler.count > 0) return poolers(spec);
  throw new CodedError('NO_POOLER', `Cluster ${spec.name} has no pooler`, {
    blame: 'user',
    fix: 'Set pooler.count: 1 in cluster.yaml, and run `citus-ha up`.',
  });
}

function uri(servers: readonly ServerAddress[]): string {
  const [first] = servers;
  if (!first) return '';
  const hosts = servers.map(({ host, port }) => hostAndPort(host, port)).join(',');
  const login = `${encodeURIComponent(first.user)}:${encodeURIComponent(first.password ?? '')}`;
  return `postgresql://${login}@${hosts}/${encodeURIComponent(first.database)}`;
}
