import type { Answer } from '@citus-ha/core';

/** What one member says of itself: Patroni's `GET /patroni`. */
export interface PatroniStatus {
  readonly name: string;
  readonly scope: string;
  readonly patroniVersion: string;
  /** PostgreSQL's state: `running`, `starting`, `stopped`, `creating replica`, `crashed`, ... */
  readonly state: string;
  /** `primary` or `replica` as PostgreSQL itself answers while it runs, else Patroni's last word; `standby_leader` too. */
  readonly role: string;
  readonly timeline: number | null;
  /** As PostgreSQL's `server_version_num`: 150018. */
  readonly serverVersion: number | null;
  /** WAL position in bytes: written on a primary, replayed on a replica. */
  readonly lsn: number | null;
  /** WAL position in bytes that a replica has received. */
  readonly receivedLsn: number | null;
  readonly replicationState: string | null;
  /** Named in `/sync`: a commit waits for it. */
  readonly synchronous: boolean;
  readonly pendingRestart: boolean;
  /** Whether the cluster is in maintenance mode. */
  readonly paused: boolean;
  /** Whether no member holds the leader lock. */
  readonly unlocked: boolean;
  /** Whether etcd is away and the leader goes on by asking the other members. */
  readonly failsafeActive: boolean;
  /** Null when this Patroni has not reached the DCS yet. */
  readonly dcsLastSeen: Date | null;
  readonly systemIdentifier: string | null;
}

export function parseStatus(answer: Answer): PatroniStatus {
  const patroni = answer.object('patroni');
  const xlog = answer.objectOrNull('xlog');
  const dcsLastSeen = answer.numberOrNull('dcs_last_seen');
  const role = answer.text('role');
  return {
    name: patroni.text('name'),
    scope: patroni.text('scope'),
    patroniVersion: patroni.text('version'),
    state: answer.text('state'),
    // Patroni 3 says master where it has not asked PostgreSQL.
    role: role === 'master' ? 'primary' : role,
    timeline: answer.numberOrNull('timeline'),
    serverVersion: answer.numberOrNull('server_version'),
    lsn: xlog?.numberOrNull('location') ?? xlog?.numberOrNull('replayed_location') ?? null,
    receivedLsn: xlog?.numberOrNull('received_location') ?? null,
    replicationState: answer.textOrNull('replication_state'),
    synchronous: answer.flag('sync_standby') || answer.flag('quorum_standby'),
    pendingRestart: answer.flag('pending_restart'),
    paused: answer.flag('pause'),
    unlocked: answer.flag('cluster_unlocked'),
    failsafeActive: answer.flag('failsafe_mode_is_active'),
    dcsLastSeen: dcsLastSeen ? new Date(dcsLastSeen * 1000) : null,
    systemIdentifier: answer.textOrNull('database_system_identifier'),
  };
}
