import type { ClusterSpec } from './cluster-spec.js';

/** What a cluster keeps of the spec that it was made by, or last brought to, for later changes of it to be seen. */
export interface KeptOfSpec {
  readonly etcdCount?: number;
  readonly superuser?: string;
  readonly database?: string;
  /** Names of the PostgreSQL parameters that cluster.yaml has set: a name that is left out later is unset by them. */
  readonly parameters?: readonly string[];
}

export function keptOfSpec({ etcd, credentials, postgres }: ClusterSpec): Required<KeptOfSpec> {
  return {
    etcdCount: etcd.count,
    superuser: credentials.superuser,
    database: postgres.database,
    parameters: Object.keys(postgres.parameters),
  };
}
