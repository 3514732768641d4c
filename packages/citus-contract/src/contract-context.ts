import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DatabaseError, type ClientBase, type QueryResult } from 'pg';
import { waitForMetadataSync, type EngineInstaller, withConnection, type ServerAddress } from '@citus-ha/citus';
import type { PostgresServers } from './postgres-servers.js';

export type Row = Record<string, unknown>;

/** What a program ended with. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the server said when it refused a statement. */
export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
}

/** A coordinator (server 0) and its workers (1, 2, 3), seen through one database. */
export class ContractContext {
  readonly servers: PostgresServers;
  readonly engine: EngineInstaller;
  readonly database: string;
  #superuser: ContractContext | undefined;

  constructor(servers: PostgresServers, engine: EngineInstaller, database: string) {
    this.servers = servers;
    this.engine = engine;
    this.database = database;
  }

  /** The same through the eyes of another role. */
  as(user: string, password: string): ContractContext {
    const addresses = this.servers.addresses.map((address) => ({ ...address, user, password }));
    const seen = new ContractContext({ ...this.servers, addresses }, this.engine, this.database);
    seen.#superuser = this;
    return seen;
  }

  /** Looks at a server as the superuser, whoever's view this is. */
  inspect<T>(server: number, task: (client: ClientBase) => Promise<T>): Promise<T> {
    return (this.#superuser ?? this).on(server, task);
  }

  get workerNumbers(): readonly number[] {
    return this.servers.addresses.slice(1).map((_, index) => index + 1);
  }

  /** Server 0 is the coordinator. */
  address(server: number, database = this.database): ServerAddress {
    const address = this.servers.addresses[server];
    if (!address) throw new RangeError(`There is no server ${server}`);
    return { ...address, database };
  }

  host(server: number): string {
    return this.address(server).host;
  }

  /** Another spelling of a server's address, which libpq resolves too: as good as a second name. */
  otherName(server: number): string {
    const [, , third = 0, fourth = 0] = this.host(server).split('.').map(Number);
    return `127.${third * 256 + fourth}`;
  }

  /** Runs a task on a connection of its own to a server. */
  on<T>(server: number, task: (client: ClientBase) => Promise<T>): Promise<T> {
    return withConnection(this.address(server), task, { statementTimeoutMs: 45_000 });
  }

  /** Asks the coordinator, on a connection of its own. */
  async rows(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.result(sql, values)).rows;
  }

  async result(sql: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
    return this.on(0, (client) => client.query<Row>(sql, [...values]));
  }

  /** Runs statements on one connection to the coordinator, in order. */
  async execute(...statements: readonly string[]): Promise<void> {
    await this.on(0, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  }

  /** Waits until a change to the nodes has reached the workers. */
  async synced(): Promise<void> {
    await waitForMetadataSync(this.address(0), { timeoutMs: 30_000 });
  }

  /** How the coordinator refuses a statement; fails where it does not. */
  async refusal(sql: string, values: readonly unknown[] = []): Promise<Refusal> {
    return refusalOf(() => this.result(sql, values));
  }

  /** Runs psql, pg_dump and the like against the coordinator. */
  async program(name: string, args: readonly string[], input = '', database = this.database): Promise<ProgramResult> {
    const { host, port, user } = this.address(0);
    const connection = ['-h', host, '-p', String(port), '-U', user, '-d', database];
    const child = spawn(join(this.servers.postgresBinDir, name), [...connection, ...args], {
      env: { ...process.env, PGPASSFILE: this.servers.passFile, PSQLRC: '/dev/null', LC_ALL: 'C' },
    });
    child.stdin.end(input);
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ]);
    return { exitCode, stdout, stderr };
  }
}

/** The SQLSTATE and message of a task that the server must refuse. */
export async function refusalOf(task: () => Promise<unknown>): Promise<Refusal> {
  try {
    await task();
  } catch (error) {
    if (error instanceof DatabaseError) return { sqlstate: error.code ?? '', message: error.message };
    throw error;
  }
  throw new Error('The statement was expected to be refused, and was not');
}
