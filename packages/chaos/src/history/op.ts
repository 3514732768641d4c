import type { FaultPromise } from '@citus-ha/cluster';

/** Kinds of tables that clients write to and read from. */
export type TableKind = 'distributed' | 'reference' | 'local';

/** What one shard's placements hold: rows and a checksum over them, by the server that has the placement. */
export interface ShardChecksums {
  readonly shardId: string;
  readonly table: string;
  /** By server; `null` where it could not be read. */
  readonly checksums: Readonly<Record<string, string | null>>;
}

/** What many clients do at once, beside the others: each begins again as soon as it has ended. */
export type CrowdWorkload = 'storm' | 'scans';

/** A client of the load: what it does, where, and which shard group it stands for. */
export interface ClientPlan {
  readonly workload: 'ledger' | 'tail' | 'transfer' | 'balances' | 'register' | CrowdWorkload;
  readonly endpoint: 'write' | 'read' | 'pooled';
  readonly table: TableKind;
  /** The workers that hold the shard it works on, `worker1+worker2`; `-` where there is no single one. */
  readonly group: string;
  /** The value of the distribution column, which puts its rows on that shard. */
  readonly slot: number;
}

/** What is recorded once, before anything else happens. */
export interface TrialHeader {
  readonly version: 1;
  readonly cluster: string;
  readonly runtime: string;
  readonly engine: string;
  readonly startedAt: string;
  readonly fault: string;
  readonly target: string;
  readonly trial: number;
  readonly seed: number;
  /** By client; the number of processes is a multiple of their number. */
  readonly clients: readonly ClientPlan[];
  readonly bankTotal: number;
  /** Between two requests of one client. */
  readonly intervalMs: number;
  /** After which a request is given up. */
  readonly timeoutMs: number;
}

/** The worst to expect of a fault. */
export type Promised = Pick<FaultPromise, 'target' | 'write' | 'read' | 'loss'>;

/** What each function carries as its value. Client functions first, then what the runner and its observers note. */
export interface OpValues {
  append: { readonly table: TableKind; readonly slot: number; readonly id: number };
  tail: { readonly table: TableKind; readonly slot: number; readonly id: number | null };
  transfer: { readonly id: number; readonly from: number; readonly to: number; readonly amount: number };
  balances: Readonly<Record<string, number>> | null;
  write: { readonly key: number; readonly value: number };
  read: { readonly key: number; readonly value: number | null };
  /** Rows that were counted. */
  scan: { readonly rows: number | null };

  header: TrialHeader;
  load: 'begin' | 'end';
  inject: { readonly fault: string; readonly members: readonly string[] };
  /** Whether the fault was seen to take hold, and by what. */
  hold: { readonly held: boolean; readonly evidence: string };
  /** What the cluster's settings promise for this fault; `null` where they promise nothing. */
  promise: Promised | null;
  heal: { readonly members: readonly string[] };
  /** A coordinator took a write of its own, sent at `since`: it is writable, on this timeline. */
  beat: { readonly member: string; readonly timeline: number; readonly since: number };
  health: { readonly healthy: boolean; readonly problems: readonly string[] };
  finalLedger: { readonly table: TableKind; readonly ids: readonly number[] };
  /** Ids of the transfers that were found, each once for every account that has it. */
  finalTransfers: readonly number[];
  finalRegisters: readonly { readonly key: number; readonly value: number | null }[];
  finalPlacements: readonly ShardChecksums[];
  /** Transactions left prepared, by server; `null` where it could not be asked. */
  finalPrepared: Readonly<Record<string, number | null>>;
}

/** One line of a history: an event as in Jepsen. */
export interface Op<F extends keyof OpValues = keyof OpValues> {
  readonly index: number;
  /** Nanoseconds since the history began, by a clock that never goes back. */
  readonly time: number;
  /**
   * Who acts: a client's process, or one of the runner's own. As in Jepsen a client takes a new process number after an
   * unknown outcome; its place in the header's list of clients is the number modulo the number of clients.
   */
  readonly process: number | 'nemesis' | 'observer' | 'runner';
  /** `fail` is an op that certainly did nothing; `info` one of which nobody knows. */
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly f: F;
  readonly value: OpValues[F];
  /** Class of the error: an SQLSTATE, a code of Node or of citus-ha. */
  readonly error?: string;
  /** What it said. */
  readonly message?: string;
  /** When an invoked request was due, in nanoseconds: latency counts from there. */
  readonly due?: number;
  /** How long the request took to connect, where it had to, in milliseconds. */
  readonly connectMs?: number;
}

export type History = readonly Op[];

/** Functions of the load's clients. */
export type ClientFunction = 'append' | 'tail' | 'transfer' | 'balances' | 'write' | 'read' | 'scan';

/** Every op with this function. */
export function opsOf<F extends keyof OpValues>(history: History, f: F): readonly Op<F>[] {
  return history.filter((op) => op.f === f) as unknown as readonly Op<F>[];
}
