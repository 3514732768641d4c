import type { EngineKind, MissingPlacements, TableRedundancy } from '@citus-ha/citus';
import type { MemberKind } from '@citus-ha/config';
import type { Difference } from '../record/as-applied.js';

/** What `citus-ha status --json` prints; its shape is a contract, changes of it raise `version`. */
export interface ClusterStatus {
  readonly version: 1;
  readonly cluster: string;
  readonly runtime: string;
  /** All members are known to run and replicate, all nodes to be active, no shard to lack a placement, failover to be automatic. */
  readonly healthy: boolean;
  readonly problems: readonly Problem[];
  /** What could not be known, since who would tell did not answer: never taken for well. */
  readonly unknown: readonly Unknowable[];
  /** Members that are alive, since they answered something, but not all that was asked of them in time. */
  readonly late: readonly string[];
  /** Where cluster.yaml asks for something else than what was applied, by which all of this is judged. */
  readonly differs: readonly Difference[];
  /** Whether automatic failover is off (Patroni's maintenance mode), which is a problem too. */
  readonly paused: boolean;
  /** `version` is `null` while no leader answers. */
  readonly engine: { readonly kind: EngineKind; readonly version: string | null };
  readonly endpoints: {
    readonly write: Endpoint;
    readonly read: Endpoint;
    /** Of the first pooler; `null` where there is none. */
    readonly pooled: Endpoint | null;
    readonly stats: string;
    readonly database: string;
    readonly user: string;
  };
  readonly members: readonly MemberStatus[];
  /** Empty while they are unknown. */
  readonly nodes: readonly NodeStatus[];
  readonly redundancy: {
    readonly target: number;
    /** Against each table's own factor, in copies that are there and can be reached; `null` where none is known to lack them, but not all are known. */
    readonly underReplicatedShards: number | null;
    /** Tables that lack copies. */
    readonly tables: readonly TableRedundancy[];
    /** Workers that answer and lack placements. */
    readonly nodes: readonly MissingPlacements[];
    /** Workers with placements that are down or refuse to answer. */
    readonly silent: readonly string[];
  };
  readonly isolation: 'pid' | 'container' | 'none';
  /** `running` is `null` where etcd does not say; the process is one of a machine that may be another one. */
  readonly sentinel: { readonly running: boolean | null; readonly pid: number | null };
}

export type Unknowable =
  | 'leader'
  | 'patroni'
  | 'endpoint'
  | 'nodes'
  | 'redundancy'
  | 'failover'
  | 'synchrony'
  | 'settings';

export type ProblemCode =
  | 'CLUSTER_DOWN'
  | 'ETCD_UNHEALTHY'
  | 'ETCD_FULL'
  | 'ETCD_EMPTY'
  | 'PAUSED'
  | 'NO_LEADER'
  | 'SQL_FAILED'
  | 'MEMBER_MISSING'
  | 'MEMBER_DOWN'
  | 'MEMBER_PAUSED'
  | 'MEMBER_UNKNOWN_STATE'
  | 'MEMBER_MISPLACED'
  | 'MEMBER_NOT_READY'
  | 'MEMBER_SILENT'
  | 'PATRONI_SILENT'
  | 'WAITS_FOR_DATA'
  | 'NOT_STREAMING'
  | 'CANNOT_CATCH_UP'
  | 'NOT_LEADING'
  | 'NOT_SYNCHRONOUS'
  | 'RESTART_PENDING'
  | 'SETTING_UNSAFE'
  | 'SETTING_NOT_IN_FORCE'
  | 'NODE_UNREGISTERED'
  | 'NODE_INACTIVE'
  | 'NODE_WITHOUT_MEMBER'
  | 'ENDPOINT_FAILED'
  | 'POOLER_PAUSED'
  | 'STORAGE_FAILING'
  | 'WAL_HELD'
  | 'SLOT_LOST'
  | 'REPLAY_HANGS'
  | 'DATA_LOST'
  | 'PLACEMENTS_LOST'
  | 'UNDER_REPLICATED';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Something that is not as it should be, and what to do about it. */
export interface Problem {
  /** Stable, for programs. */
  readonly code: ProblemCode;
  readonly member: string | null;
  readonly message: string;
  readonly fix: string;
}

export interface MemberStatus {
  readonly name: string;
  readonly kind: MemberKind;
  readonly group: number | null;
  /** Patroni's word: leader, sync_standby, quorum_standby, replica; `null` for members without PostgreSQL. */
  readonly role: string | null;
  /** Patroni's word (running, streaming, starting, ...) where it answers, else the runtime's (running, paused, exited, created, unknown, missing), or `waiting` until another coordinator leads. */
  readonly state: string;
  readonly timeline: number | null;
  /** Bytes of WAL a standby is behind; `null` for a leader, or where unknown. */
  readonly lagBytes: number | null;
  readonly host: string;
  readonly ports: Readonly<Record<string, number>>;
  /** Whether settings were changed that its PostgreSQL takes over only at a restart. */
  readonly pendingRestart: boolean;
  readonly process?: { readonly pid: number };
  readonly container?: { readonly id: string; readonly name: string };
}

export interface NodeStatus {
  readonly nodeId: number;
  readonly groupId: number;
  readonly host: string;
  readonly port: number;
  readonly role: string;
  readonly active: boolean;
}
