import { CodedError } from '@citus-ha/core';
import type { Change, Comparison, Transaction } from './dcs.js';
import type { EtcdKey } from './etcd-key.js';

interface Lease {
  readonly ttlMs: number;
  endsAt: number;
}

/** etcd's keys, revisions and leases. A lease that has run out ends at the next look, with its keys. */
export class MemoryKeys {
  readonly #now: () => number;
  readonly #keys = new Map<string, EtcdKey>();
  readonly #leases = new Map<string, Lease>();
  /** Those of etcd are as large. */
  #nextLease = 7_587_000_000_000_000_001n;
  #revision = 1;

  /** @param now In milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): EtcdKey | undefined {
    this.#endLeases();
    return this.#keys.get(key);
  }

  /** The keys that begin so, in etcd's order. */
  keys(prefix: string): readonly string[] {
    this.#endLeases();
    return [...this.#keys.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  /** @throws CodedError `ETCD_REFUSED` for a key that is changed twice, and a lease that is not there. */
  txn({ compare, success }: Transaction): boolean {
    this.#endLeases();
    this.#check(success);
    if (!compare.every((comparison) => holds(comparison, this.#keys.get(comparison.key)))) return false;
    const real = success.filter((change) => 'put' in change || this.#keys.has(change.delete));
    if (real.length > 0) this.#revision += 1;
    for (const change of real) this.#make(change);
    return true;
  }

  grantLease(ttlSeconds: number): string {
    const ttlMs = ttlSeconds * 1_000;
    const id = String(this.#nextLease++);
    this.#leases.set(id, { ttlMs, endsAt: this.#now() + ttlMs });
    return id;
  }

  /** Whether the lease is there still; it lasts its whole time again. */
  keepAlive(id: string): boolean {
    this.#endLeases();
    const lease = this.#leases.get(id);
    if (lease) lease.endsAt = this.#now() + lease.ttlMs;
    return lease !== undefined;
  }

  /** All last their whole time again, also those that have run out since the last look. */
  renewLeases(): void {
    for (const lease of this.#leases.values()) lease.endsAt = this.#now() + lease.ttlMs;
  }

  /** What keys and values take. */
  get usedBytes(): number {
    return [...this.#keys.values()].reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  }

  #check(changes: readonly Change[]): void {
    const keys = changes.map((change) => ('put' in change ? change.put : change.delete));
    if (new Set(keys).size < keys.length) throw refused('duplicate key given in txn request');
    for (const change of changes) {
      const lease = 'put' in change ? (change.lease ?? '0') : '0';
      if (lease !== '0' && !this.#leases.has(lease)) throw refused('requested lease not found');
    }
  }

  #make(change: Change): void {
    if ('delete' in change) {
      this.#keys.delete(change.delete);
      return;
    }
    const { put: key, value, lease = '0' } = change;
    const modRevision = String(this.#revision);
    const createRevision = this.#keys.get(key)?.createRevision ?? modRevision;
    this.#keys.set(key, { key, value, createRevision, modRevision, lease });
  }

  #endLeases(): void {
    const ended = [...this.#leases].filter(([, { endsAt }]) => endsAt <= this.#now());
    for (const [id] of ended.toSorted(([, a], [, b]) => a.endsAt - b.endsAt)) {
      this.#leases.delete(id);
      const doomed = [...this.#keys.values()].filter(({ lease }) => lease === id);
      if (doomed.length > 0) this.#revision += 1;
      for (const { key } of doomed) this.#keys.delete(key);
    }
  }
}

/** etcd compares an absent key as one whose numbers are 0, and its value with none. */
function holds({ value, createRevision, modRevision, lease }: Comparison, found: EtcdKey | undefined): boolean {
  return (
    (value === undefined || value === found?.value) &&
    (createRevision === undefined || createRevision === (found?.createRevision ?? '0')) &&
    (modRevision === undefined || modRevision === (found?.modRevision ?? '0')) &&
    (lease === undefined || lease === (found?.lease ?? '0'))
  );
}

/** @param reason In etcd's words (etcd, api/v3rpc/rpctypes). */
export function refused(reason: string): CodedError {
  return new CodedError('ETCD_REFUSED', `etcd answered: etcdserver: ${reason}`);
}
