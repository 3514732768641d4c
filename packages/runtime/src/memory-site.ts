import type { ClusterSpec } from '@citus-ha/config';
import type { Site } from '@citus-ha/layout';

/** A site that looks like a real one: programs of Debian 13 and folders that nothing ever writes to. */
export async function memorySite(spec: ClusterSpec, addressOf: (name: string) => string): Promise<Site> {
  // Loaded only here: what parses cluster.yaml takes long to load, and other runtimes come by this package's index too.
  const { membersOf } = await import('@citus-ha/config');
  const members = membersOf(spec).map(({ name }) => {
    const address = addressOf(name);
    const folder = `/members/${name}`;
    const site = {
      address,
      host: name,
      listen: address,
      configFile: `${folder}/config/main`,
      dataDir: `${folder}/data`,
      runDir: `${folder}/run`,
      passFile: `${folder}/config/pgpass`,
    };
    return [name, site] as const;
  });
  return {
    runtime: 'memory',
    versions: {
      postgres: spec.postgres.version === 'auto' ? 17 : spec.postgres.version,
      patroni: '4.0.7',
      etcd: '3.5.16',
      haproxy: '3.0.11',
      pgbouncer: '1.24.1',
    },
    programs: {
      patroni: ['patroni'],
      etcd: ['etcd'],
      haproxy: ['haproxy'],
      pgbouncer: ['pgbouncer'],
      postgresBinDir: '/usr/lib/postgresql/bin',
    },
    citusAvailable: true,
    members: Object.fromEntries(members),
  };
}
