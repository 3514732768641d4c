import { CodedError, type RequestOptions } from '@citus-ha/core';
import type { DeletionOptions, Dcs, EtcdHealth, EtcdUser, Guards, Outcome, Transaction } from './dcs.js';
import { deleteIfUnchanged } from './delete-if-unchanged.js';
import type { EtcdEndpoint, EtcdLogin } from './etcd-connection.js';
import type { EtcdKey } from './etcd-key.js';
import { MemoryKeys, refused } from './memory-keys.js';
import { MemoryUsers } from './memory-users.js';

export interface MemoryEtcdOptions {
  /** By which leases end, in milliseconds; the machine's unless told. */
  readonly clock?: { now(): number };
  /** Whoever asks; a stranger unless told. */
  readonly login?: EtcdLogin | undefined;
  /** Names of its members; one, `etcd`, unless told. */
  readonly members?: readonly string[];
}

/** What is wrong with an etcd in memory; tests change it. */
export interface EtcdFaults {
  /** No member of it answers. Leases last their whole time again once one does, as after an election of etcd's. */
  down: boolean;
  /** So many writes yet are done, and their answers lost. */
  lostAnswers: number;
  /** `NOSPACE` refuses what takes room until {@link Dcs.makeRoom}, `CORRUPT` everything. */
  readonly alarms: Set<string>;
}

/** An etcd in memory, with what only a test or a simulation does to one. */
export interface MemoryEtcd extends Dcs {
  readonly faults: EtcdFaults;
  /** Other after it has lost its data. */
  readonly clusterId: string;
  /** The same etcd for someone else, or for a stranger. */
  as(login: EtcdLogin | undefined): MemoryEtcd;
  /** Whether the lease is there still; it lasts its whole time again. */
  keepAlive(lease: string): Promise<boolean>;
  /** Begins anew without keys, leases and users, as when all its disks are lost. */
  wipe(): void;
}

/** For tests of what is built on the port; keeps the contract that the client of a real etcd does. */
export function createMemoryEtcd(options: MemoryEtcdOptions = {}): MemoryEtcd {
  return new Memory(new MemoryServer(options), options.login);
}

class MemoryServer {
  readonly endpoints: readonly EtcdEndpoint[];
  readonly faults: EtcdFaults;
  readonly #now: () => number;
  clusterId = 0;
  keys: MemoryKeys;
  users = new MemoryUsers();

  constructor({ clock = performance, members = ['etcd'] }: MemoryEtcdOptions) {
    this.endpoints = members.map((member) => ({ url: `http://${member}:2379`, member }));
    this.#now = () => clock.now();
    this.keys = new MemoryKeys(this.#now);
    let isDown = false;
    const setDown = (down: boolean) => {
      if (isDown && !down) this.keys.renewLeases();
      isDown = down;
    };
    this.faults = {
      get down() {
        return isDown;
      },
      set down(down) {
        setDown(down);
      },
      lostAnswers: 0,
      alarms: new Set(),
    };
  }

  wipe(): void {
    this.clusterId += 1;
    this.keys = new MemoryKeys(this.#now);
    this.users = new MemoryUsers();
    this.faults.alarms.clear();
  }
}

class Memory implements MemoryEtcd {
  readonly #server: MemoryServer;
  readonly #login: EtcdLogin | undefined;

  constructor(server: MemoryServer, login: EtcdLogin | undefined) {
    this.#server = server;
    this.#login = login;
  }

  get endpoints() {
    return this.#server.endpoints;
  }

  get faults() {
    return this.#server.faults;
  }

  get clusterId() {
    return String(this.#server.clusterId);
  }

  as(login: EtcdLogin | undefined): MemoryEtcd {
    return new Memory(this.#server, login);
  }

  wipe(): void {
    this.#server.wipe();
  }

  async keepAlive(lease: string): Promise<boolean> {
    this.#reach();
    return this.#server.keys.keepAlive(lease);
  }

  async get(key: string, options?: RequestOptions): Promise<EtcdKey | undefined> {
    this.#serve(options, [key]);
    return this.#server.keys.get(key);
  }

  async keys(prefix: string, options?: RequestOptions): Promise<readonly string[]> {
    this.#serve(options, [prefix]);
    return this.#server.keys.keys(prefix);
  }

  async put(key: string, value: string, options?: RequestOptions): Promise<void> {
    await this.txn({ compare: [], success: [{ put: key, value }] }, options);
  }

  async txn(transaction: Transaction, options?: RequestOptions): Promise<boolean> {
    const { compare, success } = transaction;
    const changed = success.map((change) => ('put' in change ? change.put : change.delete));
    this.#serve(options, [...compare.map(({ key }) => key), ...changed]);
    if (success.some((change) => 'put' in change)) this.#requireRoom();
    return this.#answer(this.#server.keys.txn(transaction));
  }

  deleteIfUnchanged(guards: EtcdKey | Guards, keys: readonly string[], options?: DeletionOptions): Promise<Outcome> {
    return deleteIfUnchanged(this, guards, keys, options);
  }

  async grantLease(ttlSeconds: number, options?: RequestOptions): Promise<string> {
    this.#serve(options, []);
    this.#requireRoom();
    return this.#answer(this.#server.keys.grantLease(ttlSeconds));
  }

  async tryLogin(login: EtcdLogin, options?: RequestOptions) {
    this.#reach(options);
    return this.#server.users.tryLogin(login);
  }

  async makeUser(user: EtcdUser, options?: RequestOptions): Promise<void> {
    this.#serve(options);
    this.#answer(this.#server.users.make(user));
  }

  async closeToStrangers(options?: RequestOptions): Promise<void> {
    this.#serve(options);
    this.#answer(this.#server.users.close());
  }

  async makeRoom(options?: RequestOptions): Promise<void> {
    this.#serve(options);
    this.#answer(this.faults.alarms.delete('NOSPACE'));
  }

  async health(options?: RequestOptions): Promise<readonly EtcdHealth[]> {
    options?.signal?.throwIfAborted();
    const { down, alarms } = this.faults;
    const usedBytes = down ? null : this.#server.keys.usedBytes;
    return this.endpoints.map((endpoint) => ({
      endpoint,
      healthy: !down && alarms.size === 0,
      problem: down ? unreachable(endpoint).message : alarms.size > 0 ? '{"health":"false"}' : null,
      sizeBytes: usedBytes,
      usedBytes,
      alarms: down ? [] : [...alarms],
    }));
  }

  #reach(options?: RequestOptions): void {
    options?.signal?.throwIfAborted();
    if (this.faults.down) throw unreachable(this.#first);
  }

  /** @param keys As {@link MemoryUsers.require} has them. */
  #serve(options: RequestOptions | undefined, keys?: readonly string[]): void {
    this.#reach(options);
    this.#server.users.require(this.#login, this.#first, keys);
    if (this.faults.alarms.has('CORRUPT')) throw refused('corrupt cluster');
  }

  #requireRoom(): void {
    if (this.faults.alarms.has('NOSPACE')) throw refused('mvcc: database space exceeded');
  }

  /** Of what was done. */
  #answer<T>(answer: T): T {
    if (this.faults.lostAnswers === 0) return answer;
    this.faults.lostAnswers -= 1;
    const { url, member } = this.#first;
    throw new CodedError('ETCD_NO_ANSWER', `POST ${url}: the answer was lost`, { member });
  }

  get #first(): EtcdEndpoint {
    return this.endpoints[0] ?? { url: 'http://etcd:2379' };
  }
}

function unreachable({ url, member }: EtcdEndpoint): CodedError {
  return new CodedError('ETCD_UNREACHABLE', `POST ${url}: connect ECONNREFUSED`, {
    member,
    fix: 'Start etcd, or check that a majority of its members runs.',
  });
}
