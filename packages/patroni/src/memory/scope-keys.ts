import { isRecord } from '@citus-ha/core';
import type { DynamicConfig } from '../patroni-client.js';

/** What a simulation needs of an etcd in memory; `createMemoryEtcd` of `@citus-ha/dcs` gives one. */
export interface PatroniStore {
  /** Another etcd than the one that a Patroni knows is refused by it. */
  readonly clusterId: string;
  get(key: string): Promise<StoredKey | undefined>;
  keys(prefix: string): Promise<readonly string[]>;
  /** Whether all that is named of these keys is so, and the changes were made. */
  txn(transaction: {
    readonly compare: readonly Compared[];
    readonly success: readonly (
      | { readonly put: string; readonly value: string; readonly lease?: string | undefined }
      | { readonly delete: string }
    )[];
  }): Promise<boolean>;
  grantLease(ttlSeconds: number): Promise<string>;
  keepAlive(lease: string): Promise<boolean>;
}

interface StoredKey {
  readonly value: string;
  readonly modRevision: string;
  readonly lease: string;
}

interface Compared {
  readonly key: string;
  readonly value?: string;
  readonly createRevision?: string;
  readonly modRevision?: string;
}

/** What a member tells of itself in etcd. */
export interface MemberKey {
  readonly conn_url: string;
  readonly api_url: string;
  readonly state: string;
  readonly role: string;
  readonly version: string;
  readonly xlog_location?: number;
  readonly timeline?: number;
  readonly replication_state?: string;
}

/** Who may take over under synchronous modes; names nobody until there was a leader. */
export interface SyncState {
  readonly leader: string | null;
  readonly standbys: readonly string[];
}

/** All that Patroni keeps of one cluster, as it was read. */
export interface ScopeView {
  readonly initialize: string | undefined;
  readonly leader: { readonly name: string; readonly lease: string } | undefined;
  readonly members: ReadonlyMap<string, MemberKey>;
  readonly config: DynamicConfig | undefined;
  readonly sync: SyncState | undefined;
  readonly failover: { readonly leader?: string; readonly member?: string } | undefined;
  readonly failsafe: Readonly<Record<string, unknown>>;
  /** WAL position of the leader. */
  readonly optime: number;
  /** As `GET /history` answers it. */
  readonly history: readonly unknown[];
  /** Value and revision of every key, by its name below the scope. */
  readonly raw: ReadonlyMap<string, StoredKey>;
}

/** The keys of one Patroni cluster, as Patroni 4 writes them (patroni/dcs/__init__.py). */
export class ScopeKeys {
  readonly store: PatroniStore;
  readonly #path: string;

  /** @param path With a slash at the end: `/service/citusap/0/`. */
  constructor(store: PatroniStore, path: string) {
    this.store = store;
    this.#path = path;
  }

  async read(): Promise<ScopeView> {
    const raw = new Map<string, StoredKey>();
    for (const key of await this.store.keys(this.#path)) {
      const found = await this.store.get(key);
      if (found) raw.set(key.slice(this.#path.length), found);
    }
    const text = (name: string) => raw.get(name)?.value;
    const object = (name: string) => objectOf(text(name));
    const leader = raw.get('leader');
    const sync = object('sync');
    const members = [...raw].flatMap(([name, { value }]) =>
      name.startsWith('members/') ? [[name.slice('members/'.length), JSON.parse(value) as MemberKey] as const] : [],
    );
    return {
      initialize: text('initialize'),
      leader: leader && { name: leader.value, lease: leader.lease },
      members: new Map(members),
      config: object('config'),
      sync: sync && syncOf(sync),
      failover: object('failover'),
      failsafe: object('failsafe') ?? {},
      optime: Number(object('status')?.['optime'] ?? 0),
      history: JSON.parse(text('history') ?? '[]') as readonly unknown[],
      raw,
    };
  }

  /** Writes a key unless it is so already. */
  async put(view: ScopeView, name: string, value: string | object, lease = '0'): Promise<void> {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const found = view.raw.get(name);
    if (found?.value === text && found.lease === lease) return;
    await this.store.txn({ compare: [], success: [{ put: this.#path + name, value: text, lease }] });
  }

  /** Writes a key that is as it was read. @returns Whether it was so still. */
  async replace(view: ScopeView, name: string, value: object): Promise<boolean> {
    const key = this.#path + name;
    const compare = [{ key, modRevision: view.raw.get(name)?.modRevision ?? '0' }];
    return this.store.txn({ compare, success: [{ put: key, value: JSON.stringify(value) }] });
  }

  async delete(name: string): Promise<void> {
    await this.store.txn({ compare: [], success: [{ delete: this.#path + name }] });
  }

  /** Writes a key that is not there. @returns Whether it was not. */
  async create(name: string, value: string, lease?: string): Promise<boolean> {
    const key = this.#path + name;
    return this.store.txn({ compare: [{ key, createRevision: '0' }], success: [{ put: key, value, lease }] });
  }

  /** Puts the leader key of a member on the lease of its new session. @returns Whether it holds it still. */
  async renewLead(name: string, lease: string): Promise<boolean> {
    const key = `${this.#path}leader`;
    return this.store.txn({ compare: [{ key, value: name }], success: [{ put: key, value: name, lease }] });
  }

  /** Gives the leader key back where this member holds it. */
  async releaseLead(name: string): Promise<void> {
    const key = `${this.#path}leader`;
    await this.store.txn({ compare: [{ key, value: name }], success: [{ delete: key }] });
  }
}

/** As Patroni writes it. */
export function syncKey({ leader, standbys }: SyncState): object {
  return { leader, quorum: 0, sync_standby: standbys.length > 0 ? standbys.toSorted().join(',') : null };
}

function syncOf({ leader, sync_standby: standbys }: Record<string, unknown>): SyncState {
  return {
    leader: typeof leader === 'string' ? leader : null,
    standbys: typeof standbys === 'string' ? standbys.split(',') : [],
  };
}

function objectOf(text: string | undefined): Record<string, unknown> | undefined {
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isRecord(value) ? value : undefined;
}
