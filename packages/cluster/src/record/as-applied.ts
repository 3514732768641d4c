import type { ClusterSpec } from '@citus-ha/config';
import type { KeptOfSpec } from '@citus-ha/layout';

/** A key of cluster.yaml whose value is not the one that the cluster was brought to. */
export interface Difference {
  readonly key: string;
  readonly applied: string | number;
  readonly asked: string | number;
}

/** By which of the keys that a cluster keeps its cluster.yaml differs; nothing of those that an earlier version did not keep. */
export function differencesOf(spec: ClusterSpec, kept: KeptOfSpec): readonly Difference[] {
  const { etcd, credentials, postgres, proxy } = spec;
  const keys = [
    ['etcd.count', kept.etcdCount, etcd.count],
    ['credentials.superuser', kept.superuser, credentials.superuser],
    ['postgres.database', kept.database, postgres.database],
    ['credentials.replication', kept.replication, credentials.replication],
    ['proxy.bind', kept.proxy?.bind, proxy.bind],
    ['proxy.ports.write', kept.proxy?.ports.write, proxy.ports.write],
    ['proxy.ports.read', kept.proxy?.ports.read, proxy.ports.read],
    ['proxy.ports.stats', kept.proxy?.ports.stats, proxy.ports.stats],
  ] as const;
  return keys.flatMap(([key, applied, asked]) =>
    applied === undefined || applied === asked ? [] : [{ key, applied, asked }],
  );
}

/** The spec that the members of a cluster have, as far as its record knows: by this it is looked at, whatever the file asks for. */
export function asApplied(spec: ClusterSpec, kept: KeptOfSpec): ClusterSpec {
  const { etcd, credentials, postgres, proxy } = spec;
  return {
    ...spec,
    etcd: { ...etcd, count: kept.etcdCount ?? etcd.count },
    credentials: {
      ...credentials,
      superuser: kept.superuser ?? credentials.superuser,
      replication: kept.replication ?? credentials.replication,
    },
    postgres: { ...postgres, database: kept.database ?? postgres.database },
    proxy: { ...proxy, ...kept.proxy },
  };
}
