import type { ServerAddress } from '@citus-ha/citus';
import { coordinators } from '@citus-ha/config';
import { hostAndPort } from '@citus-ha/layout';
import type { ClusterHandle } from './cluster-handle.js';

export type UriTarget = 'write' | 'read' | 'hosts';

/**
 * The connection string of a cluster, password included: of its write or read endpoint, or with `hosts` of every
 * coordinator, among which libpq finds the one that takes writes.
 */
export function connectionUri(cluster: ClusterHandle, target: UriTarget = 'write'): string {
  if (target !== 'hosts') return uri([cluster.endpoint(target)]);
  return `${uri(coordinators(cluster.spec).map(({ name }) => cluster.sql(name)))}?target_session_attrs=read-write`;
}

function uri(servers: readonly ServerAddress[]): string {
  const [first] = servers;
  if (!first) return '';
  const hosts = servers.map(({ host, port }) => hostAndPort(host, port)).join(',');
  const login = `${encodeURIComponent(first.user)}:${encodeURIComponent(first.password ?? '')}`;
  return `postgresql://${login}@${hosts}/${encodeURIComponent(first.database)}`;
}
