import { asSocket, CodedError, codeOf, FatalProbeError, messageOf, socketTo, waitFor, type Way } from '@citus-ha/core';
import { Client, type QueryResultRow } from 'pg';

/** A connection of a pooler to a server that is in a transaction. */
export interface OpenTransaction {
  readonly user: string;
  /** Of the server's process. */
  readonly pid: number;
}

/** One PgBouncer as its console shows it, for the one database that it serves (PgBouncer manual, "Admin console"). */
export interface Pooler {
  /** Whether transactions wait until they are let through again. @throws CodedError `POOLER_SILENT`. */
  isPaused(): Promise<boolean>;
  /**
   * Holds new transactions back at once, and resolves when none is open any more and every connection to servers is closed. It stays
   * paused until it is resumed, whatever comes of this; a pause of before is over first, and begins anew.
   *
   * @throws CodedError `TIMEOUT` where a transaction has not ended in time, `POOLER_SILENT`.
   */
  pause(options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Can be repeated. @throws CodedError `POOLER_SILENT`. */
  resume(): Promise<void>;
  /** Those that a pause waits for. @throws CodedError `POOLER_SILENT`. */
  transactions(): Promise<readonly OpenTransaction[]>;
}

export interface PoolerOptions {
  readonly host: string;
  readonly port: number;
  /** One of its `admin_users`. */
  readonly user: string;
  readonly password: string;
  /** That it serves. */
  readonly database: string;
  /** How to get there; by a socket unless told. */
  readonly way?: Way | undefined;
  /** The pooler's member name, for errors. */
  readonly member: string;
}

const answerMs = 2_000;

/** By its console, a database that every PgBouncer serves; it takes no parameters and no prepared statements. */
export function createPooler(options: PoolerOptions): Pooler {
  const { database, member } = options;
  const name = `"${database}"`;

  const ask = <Row extends QueryResultRow>(command: string, timeoutMs = answerMs, signal?: AbortSignal) =>
    withConsole(options, (client) =>
      waitFor({
        what: `${command} of ${member}`,
        member,
        probe: async () => {
          const { rows } = await client.query<Row>(command).catch((error: unknown) => {
            throw new FatalProbeError(refusalOr(member, error));
          });
          return rows;
        },
        timeoutMs,
        signal,
      }),
    );
  const isPaused = async () => {
    const rows = await ask<{ name: string; paused: unknown }>('SHOW DATABASES');
    return rows.some((row) => row.name === database && Number(row.paused) === 1);
  };
  const resume = async () => {
    if (await isPaused()) await ask(`RESUME ${name}`);
  };
  return {
    isPaused,
    resume,
    pause: async ({ timeoutMs, signal }) => {
      await resume();
      await ask(`PAUSE ${name}`, timeoutMs, signal);
    },
    transactions: async () => {
      const rows = await ask<{ user: string; state: string; database: string; remote_pid: unknown }>('SHOW SERVERS');
      return rows
        .filter((row) => row.database === database && row.state === 'active')
        .map(({ user, remote_pid: pid }) => ({ user, pid: Number(pid) }));
    },
  };
}

async function withConsole<T>(options: PoolerOptions, task: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(options).catch((cause: unknown) => {
    throw silent(options.member, cause);
  });
  try {
    return await task(client);
  } finally {
    void client.end().catch(() => undefined);
  }
}

async function connect({ host, port, user, password, way = socketTo(host, port) }: PoolerOptions): Promise<Client> {
  const stream = await way({ signal: AbortSignal.timeout(answerMs) });
  const client = new Client({
    stream: () => asSocket(stream),
    host,
    port,
    user,
    password,
    database: 'pgbouncer',
    ssl: false,
    connectionTimeoutMillis: answerMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
}

/** A command that PgBouncer refuses has its own word for why. */
function refusalOr(member: string, cause: unknown): CodedError {
  if (codeOf(cause) !== '08P01') return silent(member, cause);
  return new CodedError('POOLER_REFUSED', `${member} refuses: ${messageOf(cause)}`, { member, cause });
}

function silent(member: string, cause: unknown): CodedError {
  return new CodedError('POOLER_SILENT', `The console of ${member} does not answer: ${messageOf(cause)}`, {
    member,
    cause,
    fix: `See its log: \`citus-ha logs ${member}\`.`,
  });
}
