import type { Client, ClientBase } from 'pg';
import type { EngineInstaller, EngineKind } from './engine.js';
import {
  answerInMemory,
  newData,
  withCode,
  type MemoryServer,
  type MemoryShard,
  type ServerData,
} from './memory-statements.js';
import type { CitusNode } from './nodes.js';
import type { ServerAddress } from './server-connection.js';

/** How a server is: one that is neither takes no connection. */
export type ServerRole = 'primary' | 'standby';

export interface MemoryServersOptions {
  readonly engine: EngineKind;
  /** How the server of a member is now. */
  readonly roleOf: (member: string) => ServerRole | undefined;
  /** Members of one group have the same data. */
  readonly groupOf: (member: string) => number;
  /** The member that serves an endpoint of the proxy, which is named after its purpose. */
  readonly behind?: (endpoint: string) => string | undefined;
}

/** Servers in memory that answer what citus-ha asks of PostgreSQL and Citus: their roles, databases, extensions and nodes. */
export class MemoryServers {
  /** `pg_dist_node` of the coordinators. */
  readonly nodes: CitusNode[] = [];
  /** Of tables with two copies: none unless a test makes some. */
  readonly shards: MemoryShard[] = [];
  /** Hosts that no server reaches, whoever else does. */
  readonly cutOff = new Set<string>();
  readonly #data = new Map<number, ServerData>();
  readonly #options: MemoryServersOptions;

  constructor(options: MemoryServersOptions) {
    this.#options = options;
  }

  /** A server by its member's name, or by the endpoint of the proxy that leads to it. */
  address(member: string, database: string): ServerAddress {
    return {
      host: member,
      port: 5432,
      user: 'postgres',
      database,
      member,
      open: (server) => this.#open(member, server),
    };
  }

  /** What installs the engine that these servers have. */
  installer(): EngineInstaller {
    return { kind: this.#options.engine, install };
  }

  #dataOf(group: number): ServerData {
    const known = this.#data.get(group);
    if (known !== undefined) return known;
    const data = newData();
    this.#data.set(group, data);
    return data;
  }

  async #open(name: string, { database }: ServerAddress): Promise<Client> {
    await Promise.resolve();
    const { roleOf, groupOf, behind, engine } = this.#options;
    const member = behind?.(name) ?? name;
    const role = roleOf(member);
    if (role === undefined) throw withCode('ECONNREFUSED', `connect ECONNREFUSED ${member}`);
    const data = this.#dataOf(groupOf(member));
    if (!data.databases.has(database)) {
      throw withCode('3D000', `database "${database}" does not exist`);
    }
    const query = async (text: string, values: readonly unknown[] = []) => {
      await Promise.resolve();
      if (roleOf(member) !== role) throw new Error('Connection terminated unexpectedly');
      const server: MemoryServer = {
        role,
        group: groupOf(member),
        engine,
        database,
        data,
        nodes: this.nodes,
        shards: this.shards,
        answers: (host) => roleOf(host) !== undefined && !this.cutOff.has(host),
      };
      const rows = answerInMemory(server, text, values);
      return { rows, rowCount: rows.length };
    };
    const session = { query, end: async () => undefined, escapeIdentifier: (text: string) => `"${text}"` };
    return session as unknown as Client;
  }
}

async function install(client: ClientBase): Promise<void> {
  await client.query('CREATE EXTENSION IF NOT EXISTS citus');
}
