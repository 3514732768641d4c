import type { ParameterValue } from './parameter-value.js';

/** A checked cluster.yaml with every default filled in and every duration in milliseconds. */
export interface ClusterSpec {
  readonly name: string;
  readonly engine: 'auto' | 'citus' | 'standin';
  readonly runtime: 'auto' | 'docker' | 'local';
  readonly durability: 'synchronous' | 'strict' | 'async';
  readonly timings: Timings;
  readonly postgres: {
    /** Major version, or whichever the members have. */
    readonly version: 'auto' | number;
    readonly database: string;
    readonly maxConnections: number;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
    /** Parameters that may have values by which acknowledged writes can be lost. */
    readonly unsafe: readonly string[];
  };
  readonly credentials: {
    readonly superuser: string;
    readonly password: PasswordSource;
    readonly replication: string;
  };
  readonly coordinators: { readonly count: number };
  readonly workers: {
    readonly count: number;
    readonly availability: 'replicas' | 'patroni';
    /** 1 with `replicas`. */
    readonly membersPerGroup: number;
  };
  readonly shards: { readonly count: number; readonly replicationFactor: number };
  readonly etcd: { readonly count: number };
  readonly proxy: {
    readonly count: number;
    readonly bind: string;
    /** How far a standby may be behind and still be read from: a size as PostgreSQL writes it, and milliseconds. */
    readonly read: { readonly maxLag: string; readonly maxLagMs: number };
    readonly ports: { readonly write: number; readonly read: number; readonly stats: number };
  };
  readonly pooler: { readonly count: number; readonly port: number };
  readonly sentinel: {
    readonly enabled: boolean;
    /** How long who is silent lives on; `null` is for ever. */
    readonly fenceAfterMs: number | null;
    /** How long a lost worker stays in service; `null` is for ever. */
    readonly disableAfterMs: number | null;
  };
  readonly local: { readonly network: 'loopback' | 'namespaces' };
  readonly docker: { readonly baseImage: string; readonly sharedMemory: string };
}

/** How fast a failure is noticed. */
export interface Timings {
  readonly ttlMs: number;
  readonly loopWaitMs: number;
  readonly retryTimeoutMs: number;
  /** HAProxy's health checks of Patroni. */
  readonly check: {
    readonly intervalMs: number;
    readonly fastIntervalMs: number;
    readonly fall: number;
    readonly rise: number;
  };
}

/** Where the superuser's password comes from; a relative path is taken from cluster.yaml's folder. */
export type PasswordSource =
  | { readonly from: 'generated' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'env'; readonly name: string };
