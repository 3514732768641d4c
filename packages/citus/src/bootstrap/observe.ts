import { CodedError, codeOf, FatalProbeError, waitFor } from '@citus-ha/core';
import type { ClientBase } from 'pg';
import { engineVersion, hasExtension, type EngineKind } from '../engine.js';
import { readNodes, type CitusNode } from '../nodes.js';
import { withConnection, type ServerAddress } from '../server-connection.js';
import type { ClusterState, ServerState } from './plan.js';
import type { BootstrapRequest, CoordinatorServer, ServerLogin } from './request.js';

/** The database that every server has, from which others are created. */
export const maintenanceDatabase = 'postgres';

/**
 * Waits until every server takes writes and tells what each of them has; changes nothing.
 *
 * @throws CodedError `TIMEOUT` naming the server that did not come; `AUTH_FAILED` at once; `ENGINE_MISMATCH` where
 *   another engine is installed than is asked for.
 */
export async function observeCluster(request: BootstrapRequest): Promise<ClusterState> {
  const states = await allOrNone(request.signal, (signal) =>
    [...request.workers, request.coordinator].map(async (member) => {
      await waitForServer(member.name, member.server, { ...request, signal });
      return [member.name, await observeServer(member, request.engine.kind)] as const;
    }),
  );
  const servers = Object.fromEntries(states);
  const hasEngine = servers[request.coordinator.name]?.engine === true;
  return { servers, nodes: hasEngine ? await observeNodes(request) : [] };
}

/** When one task fails the others need not be waited for: they end too. */
async function allOrNone<T>(
  signal: AbortSignal | undefined,
  startAll: (signal: AbortSignal) => readonly Promise<T>[],
): Promise<T[]> {
  const failed = new AbortController();
  try {
    return await Promise.all(startAll(signal ? AbortSignal.any([signal, failed.signal]) : failed.signal));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

async function waitForServer(
  name: string,
  server: ServerAddress,
  { timeoutMs = 60_000, signal }: BootstrapRequest,
): Promise<void> {
  await waitFor({
    what: `${name} (${server.host}:${server.port}) to take writes`,
    member: name,
    timeoutMs,
    signal,
    fix: `Start ${name}, or look into its log.`,
    probe: async () => {
      try {
        return await withConnection({ ...server, database: maintenanceDatabase, member: name }, takesWrites, {
          timeoutMs: 3000,
          statementTimeoutMs: 3000,
        });
      } catch (error) {
        if (codeOf(error) === 'AUTH_FAILED') throw new FatalProbeError(error);
        throw error;
      }
    },
  });
}

async function takesWrites(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ writes: boolean }>('SELECT NOT pg_is_in_recovery() AS writes');
  if (!rows[0]?.writes) throw new Error('it is in recovery');
  return true;
}

async function observeServer(
  { name, server, login }: Omit<CoordinatorServer, 'node'>,
  kind: EngineKind,
): Promise<ServerState> {
  try {
    return await withConnection({ ...server, member: name }, async (client) => {
      const engine = await engineVersion(client);
      if (engine && engine.kind !== kind) {
        throw new CodedError('ENGINE_MISMATCH', `${name} has the engine ${engine.kind}, and ${kind} is asked for`, {
          blame: 'user',
          member: name,
          fix: `Use engine: ${engine.kind}, or create a new cluster.`,
        });
      }
      return {
        database: true,
        statistics: await hasExtension(client, 'pg_stat_statements'),
        engine: Boolean(engine),
        ...(login && { login: await hasLogin(client, login) }),
      };
    });
  } catch (error) {
    if (codeOf(error) !== 'DATABASE_MISSING') throw error;
    return { database: false, statistics: false, engine: false };
  }
}

async function hasLogin(client: ClientBase, { look }: ServerLogin): Promise<boolean> {
  const { rows } = await client.query<{ present: boolean }>(look);
  return rows[0]?.present === true;
}

function observeNodes({ coordinator }: BootstrapRequest): Promise<readonly CitusNode[]> {
  return withConnection({ ...coordinator.server, member: coordinator.name }, readNodes);
}
