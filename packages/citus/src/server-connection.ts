import {
  asSocket,
  CodedError,
  codeOf,
  isCodedError,
  messageOf,
  socketTo,
  type ErrorCode,
  type Way,
} from '@citus-ha/core';
import { Client } from 'pg';

/** Where one PostgreSQL server is reached, and as whom. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string | undefined;
  readonly database: string;
  /** How to get there; by a socket to host and port unless told. */
  readonly way?: Way | undefined;
  /** The member that runs it, named in errors. */
  readonly member?: string | undefined;
  /** Behind a pooler, which takes no parameters of a session: a statement ends by the client's own timeout alone. */
  readonly isPooled?: boolean | undefined;
  /** What opens a session instead of `pg`'s client. */
  readonly open?: ((server: ServerAddress, options: ConnectOptions) => Promise<Client>) | undefined;
}

export interface ConnectOptions {
  /** How long connecting may take, 5,000 ms unless told. */
  readonly timeoutMs?: number;
  /** How long each statement may take, 60,000 ms unless told; 0 is without end. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
}

/**
 * An open connection, which the caller ends. Losing the server rejects the running query and never throws elsewhere.
 *
 * @throws CodedError `CONNECT_REFUSED`, `HOST_UNKNOWN`, `AUTH_FAILED`, `DATABASE_MISSING`, `SERVER_TIMEOUT`,
 *   `SERVER_NOT_READY` or `CONNECT_FAILED`, naming host, port and member.
 */
export async function connect(server: ServerAddress, options: ConnectOptions = {}): Promise<Client> {
  const { timeoutMs = 5000, statementTimeoutMs = 60_000, applicationName = 'citus-ha' } = options;
  if (server.open !== undefined) {
    return server.open(server, options).catch((error: unknown) => {
      throw isCodedError(error) ? error : connectError(server, timeoutMs, error);
    });
  }
  const began = performance.now();
  const way = server.way ?? socketTo(server.host, server.port);
  const stream = await way({ signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw connectError(server, timeoutMs, error);
  });
  const client = new Client({
    ...nothingOfCaller,
    ...(server.isPooled && { options: '', replication: '' }),
    stream: () => asSocket(stream),
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password || noPassword,
    database: server.database,
    application_name: applicationName,
    connectionTimeoutMillis: Math.max(1, timeoutMs - (performance.now() - began)),
    ...(statementTimeoutMs > 0 && {
      ...(!server.isPooled && { statement_timeout: statementTimeoutMs }),
      query_timeout: statementTimeoutMs + graceForServerTimeoutMs,
    }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectError(server, timeoutMs, error);
  }
}

/**
 * Runs a task on a connection of its own and closes it, whatever happens. Errors of SQL statements come through as `pg`
 * throws them (with their SQLSTATE in `code`).
 *
 * @throws CodedError as {@link connect} does; `SERVER_TIMEOUT` when the server stops answering; `CONNECTION_LOST` when
 *   it goes away.
 */
export async function withConnection<T>(
  server: ServerAddress,
  task: (client: Client) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const client = await connect(server, options);
  try {
    return await task(client);
  } catch (error) {
    throw queryError(server, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * `pg` takes what it is not given, or given as nothing, from libpq's variables: those are the caller's own, for servers of
 * his own.
 */
const nothingOfCaller = {
  ssl: false,
  sslnegotiation: 'postgres',
  options: ' ',
  client_encoding: 'UTF8',
  replication: 'false',
} as const;

/** Instead of PGPASSWORD, or of the password file. */
const noPassword = () => '';

/** The server's own statement timeout comes first; the client gives up only on a server that does not answer at all. */
const graceForServerTimeoutMs = 2000;

function connectError(server: ServerAddress, timeoutMs: number, cause: unknown): CodedError {
  const [code, reason, fix] = explainConnect(server, timeoutMs, cause);
  return new CodedError(code, `Cannot connect to ${nameOf(server)}: ${reason}`, { member: server.member, fix, cause });
}

function explainConnect(server: ServerAddress, timeoutMs: number, cause: unknown): [ErrorCode, string, string] {
  const received = messageOf(cause);
  switch (codeOf(cause)) {
    case 'ECONNREFUSED':
      return ['CONNECT_REFUSED', 'connection refused', 'Start the server, or correct its address and port.'];
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['HOST_UNKNOWN', `the name ${server.host} does not resolve`, 'Correct the host name, or use an address.'];
    case '28P01':
    case '28000':
      return [
        'AUTH_FAILED',
        `${server.user} was refused (${received})`,
        'Correct the password, or pg_hba.conf; one that was changed by hand is taken from credentials.password by `citus-ha up`.',
      ];
    case '3D000':
      return ['DATABASE_MISSING', received, `Create the database ${server.database}, or name another one.`];
    case '57P03':
      return ['SERVER_NOT_READY', received, 'Wait until the server has started.'];
    case 'ETIMEDOUT':
      return ['SERVER_TIMEOUT', `no answer in ${timeoutMs} ms`, 'Check that the server runs and can be reached.'];
    default:
      return received === 'timeout expired' || (cause as Partial<Error>).name === 'TimeoutError'
        ? ['SERVER_TIMEOUT', `no answer in ${timeoutMs} ms`, 'Check that the server runs and can be reached.']
        : ['CONNECT_FAILED', received, 'Look into the log of the server.'];
  }
}

function queryError(server: ServerAddress, cause: unknown): unknown {
  const received = messageOf(cause);
  if (received === 'Query read timeout') {
    return new CodedError('SERVER_TIMEOUT', `${nameOf(server)} stopped answering`, {
      member: server.member,
      fix: 'Check that the server runs and is neither frozen nor cut off.',
      cause,
    });
  }
  const lost =
    received.startsWith('Connection terminated') ||
    ['ECONNRESET', 'EPIPE', '57P01', '57P02'].includes(codeOf(cause) ?? '');
  if (!lost || isCodedError(cause)) return cause;
  return new CodedError('CONNECTION_LOST', `Lost the connection to ${nameOf(server)}: ${received}`, {
    member: server.member,
    fix: 'Look into the log of the server, and run the command again.',
    cause,
  });
}

function nameOf({ member, host, port }: ServerAddress): string {
  return member === undefined ? `${host}:${port}` : `${member} (${host}:${port})`;
}
