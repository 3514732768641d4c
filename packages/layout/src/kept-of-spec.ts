import type { ClusterSpec } from '@citus-ha/config';

/** What a cluster keeps of the spec that it was made by, or last brought to, for later changes of it to be seen. */
export interface KeptOfSpec {
  readonly etcdCount?: number;
  readonly superuser?: string;
  readonly database?: string;
  readonly replication?: string;
  /** Where clients reach the cluster. */
  readonly proxy?: Pick<ClusterSpec['proxy'], 'bind' | 'ports'>;
  /** Names of the PostgreSQL parameters that cluster.yaml has set: a name that is left out later is unset by them. */
  readonly parameters?: readonly string[];
}

export function keptOfSpec({ etcd, credentials, postgres, proxy }: ClusterSpec): Required<KeptOfSpec> {
  return {
    etcdCount: etcd.count,
    superuser: credentials.superuser,
    database: postgres.database,
    replication: credentials.replication,
    proxy: { bind: proxy.bind, ports: proxy.ports },
    parameters: Object.keys(postgres.parameters),
  };
}
