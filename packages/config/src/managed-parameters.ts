const byPatroni = 'remove it: Patroni sets it on every member';
const byName = 'remove it: members find their files and sockets where citus-ha puts them';
const byCertificates = 'remove it: citus-ha makes the certificates of its servers';

/** PostgreSQL parameters that citus-ha itself sets, and what to do instead of setting them. */
export const managedParameters: Readonly<Record<string, string>> = {
  max_connections: 'set postgres.maxConnections',
  max_prepared_transactions: 'set postgres.maxConnections, from which it follows',
  'citus.shard_count': 'set shards.count',
  'citus.shard_replication_factor': 'set shards.replicationFactor',
  synchronous_standby_names: 'set durability',
  wal_level: 'remove it: Citus needs logical',
  'citus.local_hostname': byPatroni,
  'citus.node_conninfo': 'remove it: citus-ha sets the timeouts and the login of connections between nodes',
  ssl: byCertificates,
  ssl_ca_file: byCertificates,
  ssl_cert_file: byCertificates,
  ssl_key_file: byCertificates,
  listen_addresses: byPatroni,
  port: 'remove it: members serve 5432, clients come by proxy.ports',
  cluster_name: byPatroni,
  hot_standby: byPatroni,
  wal_log_hints: byPatroni,
  primary_conninfo: byPatroni,
  primary_slot_name: byPatroni,
  recovery_target_timeline: byPatroni,
  data_directory: byName,
  config_file: byName,
  hba_file: byName,
  ident_file: byName,
  external_pid_file: byName,
  unix_socket_directories: byName,
};
