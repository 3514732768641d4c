import type { ClusterSpec, MemberSpec, ParameterValue } from '@citus-ha/config';
import { keptConnections } from './kept-connections.js';
import { nodeSslSettings } from './node-certificate.js';
import type { RenderInput } from './rendering.js';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** PostgreSQL's settings, the same on every member of a group: what differs between leader and standby shows as "pending restart". */
export function postgresParameters(input: RenderInput, member: MemberSpec): Parameters {
  const { spec, engine } = input;
  const { shared_preload_libraries: libraries, ...parameters } = spec.postgres.parameters;
  const { maxConnections } = spec.postgres;
  const reserved = Math.floor(keptConnections(maxConnections) / 2);
  return {
    shared_preload_libraries: preloadedLibraries(engine, libraries),
    max_connections: maxConnections,
    // What proxies keep back, from clients past them too: for superusers, such as Patroni is, and for roles that are granted
    // pg_use_reserved_connections. Patroni leaves the latter out where the server knows none: PostgreSQL 16 is the first to have it.
    superuser_reserved_connections: keptConnections(maxConnections) - reserved,
    reserved_connections: reserved,
    // Citus writes in two phases, over several connections for one client.
    max_prepared_transactions: 2 * maxConnections,
    // Citus moves shards by logical replication, and Patroni insists on it in Citus groups.
    wal_level: engine === 'citus' ? 'logical' : 'replica',
    hot_standby: 'on',
    wal_log_hints: 'on',
    logging_collector: 'off',
    // A standby that is silent, a primary that is not there yet, a client whose machine is gone: noticed in seconds.
    wal_sender_timeout: `${spec.timings.retryTimeoutMs}ms`,
    wal_retrieve_retry_interval: '500ms',
    // The slot of a standby that is away fills the leader's disk otherwise.
    max_slot_wal_keep_size: '4GB',
    tcp_keepalives_idle: 5,
    tcp_keepalives_interval: 2,
    tcp_keepalives_count: 3,
    // The statement of a client that has given up holds its locks otherwise for as long as it waits for a worker that is gone.
    client_connection_check_interval: '500ms',
    'citus.shard_count': spec.shards.count,
    'citus.shard_replication_factor': spec.shards.replicationFactor,
    ...(engine === 'citus' ? citusParameters(input, member) : {}),
    ...parameters,
  };
}

/** Citus has to be the first (Citus manual, "Installation"); the user's own follow. */
function preloadedLibraries(engine: RenderInput['engine'], wanted: ParameterValue = ''): string {
  const own = engine === 'citus' ? ['citus', 'pg_stat_statements'] : ['pg_stat_statements'];
  const further = String(wanted)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'citus');
  return [...new Set([...own, ...further])].join(',');
}

/** How long Citus waits for a node that does not answer. Where a sentinel kills such workers, one that is busy is given longer. */
export function nodeConnectionTimeoutMs({
  sentinel,
  shards,
  workers,
}: Pick<ClusterSpec, 'sentinel' | 'shards' | 'workers'>): number {
  const isKilled = sentinel.enabled && sentinel.fenceAfterMs !== null;
  return isKilled && shards.replicationFactor > 1 && workers.membersPerGroup === 1 ? 10_000 : 3_000;
}

function citusParameters(input: RenderInput, member: MemberSpec): Parameters {
  const { maxConnections } = input.spec.postgres;
  return {
    // As few to one node as a proxy lets clients in: the node's own Patroni needs the others.
    'citus.max_shared_pool_size': maxConnections - keptConnections(maxConnections),
    'citus.node_connection_timeout': `${nodeConnectionTimeoutMs(input.spec)}ms`,
    'citus.node_conninfo': `${nodeSslSettings(input, member)} keepalives=1 keepalives_idle=2 keepalives_interval=1 keepalives_count=3 tcp_user_timeout=5000`,
    // Citus splits and moves shards by a plugin of its own. Patroni leaves the list out where the server knows none: minor releases
    // of 2026 are the first to have it.
    output_plugin_libraries: 'pgoutput, test_decoding, citus',
    // Who leads may be wrong about that, and no server sees what is prepared on one in recovery: it is left to `transactionRecovery`.
    'citus.recover_2pc_interval': -1,
  };
}
