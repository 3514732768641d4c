import type { RequestOptions } from '@citus-ha/core';
import type { EtcdEndpoint, EtcdLogin } from './etcd-connection.js';
import type { EtcdKey } from './etcd-key.js';
import type { EtcdSpace } from './etcd-space.js';

/**
 * What came of a request that changes something: `refused` is certain, too, and `unknown` means that it may have been done or
 * may yet be.
 */
export type Outcome = 'done' | 'refused' | 'unknown';

/** What has to be true of one key: everything that is named here. */
export interface Comparison {
  readonly key: string;
  /** Never that of a key that is absent. */
  readonly value?: string;
  /** `0` for a key that is absent. */
  readonly createRevision?: string;
  /** `0` for a key that is absent. */
  readonly modRevision?: string;
  /** `0` for a key without one. */
  readonly lease?: string;
}

/** Either writes a key, on a lease where one is named, or deletes it. */
export type Change =
  | { readonly put: string; readonly value: string; readonly lease?: string | undefined }
  | { readonly delete: string };

/** Of a deletion. */
export interface DeletionOptions extends RequestOptions {
  /** What is written in the same transaction. */
  readonly puts?: readonly Extract<Change, { put: string }>[];
}

/** Keys that must not have changed, the first of which is one of those that are deleted. */
export type Guards = readonly [EtcdKey, ...EtcdKey[]];

/** Changes that are made all at once, provided that every comparison holds; no key may be put twice. */
export interface Transaction {
  readonly compare: readonly Comparison[];
  readonly success: readonly Change[];
}

/** A user of etcd, whose role has its own name. */
export interface EtcdUser extends EtcdLogin {
  /** It reads and writes the keys below: `/service/citusap`. None for root, who may do everything. */
  readonly folder?: string | undefined;
}

export interface EtcdHealth extends EtcdSpace {
  readonly endpoint: EtcdEndpoint;
  /** Whether it serves reads and writes, which needs a majority. */
  readonly healthy: boolean;
  /** Why not. */
  readonly problem: string | null;
}

/**
 * etcd, as someone who logs in where it asks who he is. A request goes to the next endpoint when one does not answer, so what
 * changes something may be done twice.
 *
 * Methods throw CodedError `ETCD_UNREACHABLE` or `ETCD_NO_ANSWER` after the last endpoint, `ETCD_REFUSED` with etcd's
 * reason, `ETCD_LOGIN_REFUSED` where it does not take the password, `ETCD_BAD_ANSWER` for an answer that is not etcd's.
 */
export interface Dcs {
  readonly endpoints: readonly EtcdEndpoint[];
  get(key: string, options?: RequestOptions): Promise<EtcdKey | undefined>;
  /** The keys that begin so. */
  keys(prefix: string, options?: RequestOptions): Promise<readonly string[]>;
  put(key: string, value: string, options?: RequestOptions): Promise<void>;
  /**
   * Whether the comparisons held and the changes were made.
   *
   * @throws CodedError `ETCD_NO_ANSWER` also where a comparison fails after an answer was lost: the changes may be the cause.
   */
  txn(transaction: Transaction, options?: RequestOptions): Promise<boolean>;
  /** Deletes keys in one transaction, provided that every guard is still there, unchanged in value, revision and lease. */
  deleteIfUnchanged(guards: EtcdKey | Guards, keys: readonly string[], options?: DeletionOptions): Promise<Outcome>;
  /** Answers a new lease; its keys are deleted when it ends. */
  grantLease(ttlSeconds: number, options?: RequestOptions): Promise<string>;
  /** Whether etcd takes a login; `closed` is false while it asks nobody who he is, and takes none. */
  tryLogin(login: EtcdLogin, options?: RequestOptions): Promise<{ readonly closed: boolean; readonly taken: boolean }>;
  /** Makes a user with a role and a password, also of one that is there, or there in part. */
  makeUser(user: EtcdUser, options?: RequestOptions): Promise<void>;
  /** Makes etcd ask whoever comes who he is. Root must be there by then. */
  closeToStrangers(options?: RequestOptions): Promise<void>;
  /** Forgets old revisions, gives their space back on every member, and lifts the alarm that it was full. */
  makeRoom(options?: RequestOptions): Promise<void>;
  /** Of every endpoint; throws only when aborted. */
  health(options?: RequestOptions): Promise<readonly EtcdHealth[]>;
}
