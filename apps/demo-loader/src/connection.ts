import { CodedError, codeOf, isCodedError, messageOf } from '@citus-ha/core';
import { Client, DatabaseError } from 'pg';

/**
 * Runs a task on a connection of its own. Without a URI it takes PGHOST, PGPORT, PGUSER, PGPASSWORD and so on, and the
 * password file, as psql does. An abort cuts the connection, whatever runs on it, so that the server rolls back.
 *
 * @throws CodedError `CONNECT_FAILED`; `SERVER_LOST` when the connection broke while the task ran; `SQL_FAILED`.
 */
export async function withClient<T>(
  { uri, signal }: { readonly uri: string | undefined; readonly signal: AbortSignal },
  task: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    ...(uri === undefined ? {} : { connectionString: checkedUri(uri) }),
    application_name: 'citus-ha-demo',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  let lost: Error | undefined;
  client.on('error', (error) => {
    lost = error;
  });
  const cut = (): void => {
    client.end().catch(() => undefined);
  };
  signal.addEventListener('abort', cut, { once: true });
  const server = `${client.host}:${client.port}`;
  try {
    await client.connect();
  } catch (error) {
    throw new CodedError('CONNECT_FAILED', `Cannot connect to ${server}: ${messageOf(error)}`, {
      cause: error,
      fix: 'Give --uri, DATABASE_URL or PGHOST and PGPORT of a running cluster; `citus-ha uri` prints one.',
    });
  }
  try {
    return await task(client);
  } catch (error) {
    throw sqlError(error, server, lost);
  } finally {
    signal.removeEventListener('abort', cut);
    await client.end().catch(() => undefined);
  }
}

function checkedUri(uri: string): string {
  if (!URL.canParse(uri)) {
    throw new CodedError('URI_INVALID', 'The connection string is no URI of one server', {
      blame: 'user',
      fix: 'Give one as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with a single host.',
    });
  }
  return uri;
}

function sqlError(error: unknown, server: string, lost: Error | undefined): unknown {
  if (isCodedError(error)) return error;
  const code = codeOf(error);
  const broken = lost !== undefined || !(error instanceof DatabaseError) || code?.startsWith('57P') === true;
  if (broken && error instanceof Error) {
    return new CodedError('SERVER_LOST', `Lost the server at ${server}: ${messageOf(lost ?? error)}`, {
      cause: error,
      fix: 'Run it again when the server is back.',
    });
  }
  const { detail, hint, where } = error as DatabaseError;
  const facts = [detail, where].filter((fact) => fact !== undefined).join('; ');
  return new CodedError('SQL_FAILED', `${server} answered ${code}: ${messageOf(error)}${facts && ` (${facts})`}`, {
    cause: error,
    fix:
      hint ??
      (isPassing(code) ? 'Run it again when the cluster is whole: nothing of what was under way is left.' : undefined),
  });
}

/** A server that is no leader (yet), lost its connection to a worker, was asked to stop, or is out of something. */
function isPassing(code: string | undefined): boolean {
  return /^(08|25006|40|53|55000|57|58)/.test(code ?? '');
}
