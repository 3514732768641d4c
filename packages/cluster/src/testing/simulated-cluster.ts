import { Duplex } from 'node:stream';
import { MemoryServers, type ServerRole } from '@citus-ha/citus';
import { coordinators, databaseMembers, etcdMembers, groupsOf, type ClusterSpec } from '@citus-ha/config';
import { SimulatedClock, CodedError, currentClock } from '@citus-ha/core';
import { createMemoryEtcd, type MemoryEtcd } from '@citus-ha/dcs';
import { dynamicConfiguration, patroniScope, rootLogin, scopeLogin } from '@citus-ha/emitters';
import { createMemoryPatroni, type MemoryPatroni } from '@citus-ha/patroni';
import { createMemoryPooler, type MemoryPooler } from '@citus-ha/routes';
import {
  createMemoryRuntime,
  MemoryMachine,
  type ExecResult,
  type MemoryProcess,
  type Runtime,
} from '@citus-ha/runtime';
import { ports } from '@citus-ha/layout';
import type { ClusterEvent } from '../cluster-event.js';
import type { ClusterContext } from '../context.js';
import type { Ports } from '../ports.js';
import type { Heard } from '../observe/knock.js';
import { readRecord } from '../record/cluster-record.js';
import { renderInput } from '../render-input.js';

/** Of a loop of Patroni's, in milliseconds. */
const loopMs = 1_000;

/**
 * A cluster with the stand-in, in memory entirely: a runtime, etcd, a Patroni for each group, servers and routes, by a clock that
 * is simulated. What members do follows from the lives that the runtime gives them.
 */
export class SimulatedCluster {
  readonly clock = new SimulatedClock();
  readonly etcd: MemoryEtcd = createMemoryEtcd({ clock: this.clock });
  readonly events: ClusterEvent[] = [];
  /** By name. */
  readonly poolers = new Map<string, MemoryPooler>();
  readonly servers: MemoryServers;
  readonly runtime: Runtime;
  spec: ClusterSpec;
  readonly #machine = new MemoryMachine();
  readonly #patronis = new Map<number, MemoryPatroni>();

  constructor(spec: ClusterSpec) {
    this.spec = { ...spec, engine: 'standin' };
    this.servers = new MemoryServers({
      engine: 'standin',
      roleOf: (member) => this.#roleOf(member),
      groupOf: (member) => this.#groupOf(member),
      behind: (endpoint) => this.#behind(endpoint),
    });
    this.runtime = createMemoryRuntime({
      cluster: spec.name,
      machine: this.#machine,
      connect: async (name, port) => this.#serve(name, port),
      exec: (member, command) => this.#exec(member, command),
      run: (life) => void this.#begin(life).catch((error: unknown) => life.log(String(error))),
    });
  }

  get context(): ClusterContext {
    const installer = this.servers.installer();
    return {
      spec: this.spec,
      runtime: this.runtime,
      engines: { citus: installer, standin: installer },
      ports: this.#ports,
      onEvent: (event) => void this.events.push(event),
    };
  }

  /** Runs a task while the cluster lives on, by the simulated clock. */
  run<T>(task: () => Promise<T>): Promise<T> {
    return this.clock.run(async () => {
      const over = new AbortController();
      const life = this.#live(over.signal);
      try {
        return await task();
      } finally {
        over.abort();
        await life;
      }
    });
  }

  /** Patroni of a member's group; `undefined` before its first life. */
  patroni(member: string): MemoryPatroni | undefined {
    return this.#patronis.get(this.#groupOf(member));
  }

  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#followLives();
      for (const patroni of this.#patronis.values()) await patroni.tick();
      await currentClock()
        .sleep(loopMs, signal)
        .catch(() => undefined);
    }
  }

  async #begin(life: MemoryProcess): Promise<void> {
    const { name } = life.definition;
    const member = databaseMembers(this.spec).find((one) => one.name === name);
    if (member === undefined) return;
    const site = await this.runtime.site();
    const record = await readRecord(this.runtime.store);
    if (!site || !record) throw new Error('nobody was told who the cluster is');
    const group = groupsOf(this.spec).find((one) => one.members.some((other) => other.name === name));
    const { scope, path } = patroniScope(this.spec, record.engine, member);
    const made =
      this.#patronis.get(this.#groupOf(name)) ??
      createMemoryPatroni({
        etcd: this.etcd.as(scopeLogin(record.secrets, scope)),
        scope,
        path,
        members: (group?.members ?? []).map((one) => one.name),
        config: dynamicConfiguration(renderInput({ spec: this.spec, site, record }), member),
      });
    this.#patronis.set(this.#groupOf(name), made);
    made.start(name);
    life.onStop(() => void made.stop(name).finally(() => life.exit(0)));
  }

  /** What the runtime ended is dead, what it froze does nothing, and etcd is there while a majority of it runs. */
  #followLives(): void {
    for (const { name } of databaseMembers(this.spec)) {
      const patroni = this.patroni(name);
      const state = this.#stateOf(name);
      if (patroni === undefined || !patroni.member(name).isAlive) continue;
      if (state === 'running' || state === 'paused') patroni.member(name).isFrozen = state === 'paused';
      else patroni.kill(name);
    }
    const members = etcdMembers(this.spec);
    const running = members.filter(({ name }) => this.#runs(name)).length;
    this.etcd.faults.down = running * 2 <= members.length;
  }

  #stateOf(member: string): string | undefined {
    return this.#machine.clusters.get(this.spec.name)?.members.get(member)?.state;
  }

  /** Whoever greets what runs is answered; one that is frozen keeps him waiting. */
  #serve(name: string, port: number): Duplex {
    const heard = this.#heardOf(name, port);
    if (heard === 'refused') throw Object.assign(new Error(`${name} does not run`), { code: 'ECONNREFUSED' });
    const stream: Duplex = new Duplex({
      read: () => undefined,
      write: (_greeting, _encoding, done) => done(),
      final: (done) => {
        if (heard === 'heard') stream.push(null);
        done();
      },
    });
    return stream;
  }

  /** What a program in a member says: how many files its data directory has, or {@link SimulatedCluster.#knock}. */
  async #exec(member: string, command: readonly string[]): Promise<ExecResult> {
    const site = (await this.runtime.site())?.members[member];
    if (command[3] !== site?.dataDir) return this.#knock(command);
    const isEmpty = this.patroni(member)?.member(member).systemIdentifier === null;
    return { exitCode: 0, stdout: isEmpty ? '0\n' : '20\n', stderr: '' };
  }

  /** What a program in one member says that knocks at another one; see `knock.py`. */
  async #knock([, , , address]: readonly string[]): Promise<ExecResult> {
    const members = (await this.runtime.site())?.members ?? {};
    const name = Object.keys(members).find((one) => members[one]?.address === address);
    return { exitCode: 0, stdout: name === undefined ? 'silent' : this.#heardOf(name), stderr: '' };
  }

  #heardOf(name: string, port: number = ports.postgres): Heard {
    const state = this.#stateOf(name);
    if (state === 'paused') return 'silent';
    const serves = port === ports.patroni || this.patroni(name)?.member(name).state === 'running';
    return state === 'running' && serves ? 'heard' : 'refused';
  }

  #runs(member: string): boolean {
    return this.#stateOf(member) === 'running';
  }

  #groupOf(member: string): number {
    return databaseMembers(this.spec).find(({ name }) => name === member)?.group ?? 0;
  }

  #roleOf(name: string): ServerRole | undefined {
    this.#followLives();
    const member = this.patroni(name)?.member(name);
    if (!member?.isAlive || member.isFrozen || member.state !== 'running') return undefined;
    return member.role === 'primary' ? 'primary' : 'standby';
  }

  #behind(endpoint: string): string | undefined {
    if (endpoint === 'pooled') return this.#runs('pgbouncer') ? this.#behind('write') : 'pgbouncer';
    if (!['write', 'read'].includes(endpoint)) return undefined;
    if (!this.#runs('haproxy')) return 'haproxy';
    const wanted = endpoint === 'write' ? 'primary' : 'standby';
    return coordinators(this.spec).find(({ name }) => this.#roleOf(name) === wanted)?.name ?? 'haproxy';
  }

  readonly #ports: Ports = {
    dcs: ({ record }) => {
      this.#followLives();
      return this.etcd.as(rootLogin(record.secrets));
    },
    patroni: (_, name) => {
      this.#followLives();
      const patroni = this.patroni(name);
      if (patroni === undefined) {
        throw new CodedError('PATRONI_UNREACHABLE', `${name} has not begun`, { member: name });
      }
      return patroni.client(name);
    },
    sql: ({ spec }, member) => this.servers.address(member, spec.postgres.database),
    endpoint: ({ spec }, port) => this.servers.address(port, spec.postgres.database),
    routes: (_, proxy) => ({
      read: async () => {
        if (!this.#runs(proxy)) throw new CodedError('PROXY_SILENT', `${proxy} does not answer`, { member: proxy });
        return coordinators(this.spec).map(({ name }) => ({
          listener: 'postgres_write',
          server: name.replace('-', ''),
          up: this.#roleOf(name) === 'primary',
        }));
      },
    }),
    pooler: (_, name) => {
      const pooler = this.poolers.get(name) ?? createMemoryPooler();
      this.poolers.set(name, pooler);
      return pooler;
    },
  };
}
