import { codeOf, currentClock } from '@citus-ha/core';
import type { ClientBase } from 'pg';
import { dropStale } from './drop-stale.js';
import type { CitusNode } from './nodes.js';
import { withConnection, type ServerAddress } from './server-connection.js';
import type { ShardCopy } from './shard-copies.js';

/**
 * Takes a node out of service, so that Citus asks the other copies and drops this node's at its next activation; the node itself need
 * not answer. Copies in `forgotten`, of which there is no other, are taken out of the metadata first, since Citus refuses else:
 * their shards are lost.
 *
 * @throws what Citus says where the node has the only copy of a shard, or another node does not answer.
 */
export async function retireNode(
  client: ClientBase,
  { host, port, active }: CitusNode,
  forgotten: readonly ShardCopy[] = [],
): Promise<void> {
  await client.query('BEGIN');
  for (const { shardId, groupId } of forgotten) await client.query(forgetSql, [shardId, groupId]);
  if (active) await client.query('SELECT citus_disable_node($1, $2, synchronous := true)', [host, port]);
  await client.query('COMMIT');
}

const forgetSql = 'DELETE FROM pg_dist_placement WHERE shardid = $1 AND groupid = $2';

/**
 * Runs a task that changes nodes, and ends sessions that still block it after a while, and again: their statements wait for a node that is
 * gone, or they are idle in a transaction. So are those ended that planned a write before the change, and still wait for that node.
 * Ended, not cancelled: a commit that waits for a synchronous standby would be acknowledged by a cancellation.
 *
 * @param client By which the task works.
 */
export async function aheadOfOthers<T>(server: ServerAddress, client: ClientBase, task: () => Promise<T>): Promise<T> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const over = new AbortController();
  const ending = endBlockers(server, rows[0]?.pid ?? 0, over.signal);
  try {
    const result = await task();
    const { rows: now } = await client.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
    await currentClock().sleep(patienceMs);
    await client.query(endOutdatedSql, [now[0]?.at]);
    return result;
  } finally {
    over.abort();
    await ending;
  }
}

async function endBlockers(server: ServerAddress, pid: number, signal: AbortSignal): Promise<void> {
  const pass = () =>
    currentClock()
      .sleep(patienceMs, signal)
      .catch(() => undefined);
  for (await pass(); !signal.aborted; await pass()) {
    // What cannot be ended is waited for.
    await withConnection(server, (other) => other.query(endSql, [pid]), soon).catch(() => undefined);
  }
}

/** What does not wait for the lost node is done by then. */
const patienceMs = 100;
const soon = { timeoutMs: 1_000, statementTimeoutMs: 1_000 };

const endSql = 'SELECT pg_terminate_backend(blocker) FROM unnest(pg_blocking_pids($1)) AS blocker';

/** Whoever writes to a table with several copies holds this lock until it is done (`GetFirstPrimaryWorkerNode`). */
const endOutdatedSql = `
SELECT pg_terminate_backend(l.pid)
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = 'pg_dist_node'::regclass AND l.mode = 'RowShareLock' AND l.granted
  AND l.pid <> pg_backend_pid() AND a.state = 'active' AND a.query_start < $1::timestamptz`;

/** Writes to every placement of a table that takes queries, and changes nothing. @throws where one of them takes no write in time. */
export async function proveWrites(client: ClientBase, table: string): Promise<void> {
  await client.query("SET lock_timeout = '1s'");
  // No row is there: pages begin with line pointer 1.
  await client.query(`DELETE FROM ${table} WHERE ctid = '(0,0)'`);
}

/**
 * Takes a node into service again that was out of it. Its placements are stale and dropped; the transactions that a coordinator has prepared
 * there, which would hold them, are settled first, as Citus does of nodes that are in service.
 *
 * @param server The node's own server.
 */
export async function activateNode(coordinator: ClientBase, node: CitusNode, server: ClientBase): Promise<void> {
  if (!node.active) await settle(coordinator, node, server);
  await coordinator.query('SELECT citus_activate_node($1, $2)', [node.host, node.port]);
}

async function settle(coordinator: ClientBase, node: CitusNode, server: ClientBase): Promise<void> {
  for (const { gid, committed } of await readPrepared(coordinator, node, server)) {
    await server.query(`${committed ? 'COMMIT' : 'ROLLBACK'} PREPARED ${server.escapeLiteral(gid)}`);
  }
  await dropStale(coordinator, server);
}

/**
 * Commits on a node in service what a coordinator has committed and the node has prepared only, since it was away meanwhile: until
 * then the transaction's rows are not seen there. Whoever settles it at the same time does the same.
 *
 * @param server The node's own server.
 */
export async function commitDecided(coordinator: ClientBase, node: CitusNode, server: ClientBase): Promise<void> {
  for (const { gid, committed } of await readPrepared(coordinator, node, server)) {
    if (committed) await server.query(`COMMIT PREPARED ${server.escapeLiteral(gid)}`).catch(unlessSettled);
  }
}

function unlessSettled(error: unknown): void {
  const [undefinedObject, inUse] = ['42704', '55000'];
  const code = codeOf(error);
  if (code !== undefinedObject && code !== inUse) throw error;
}

/** What was begun on the coordinator, and whether it was committed there. */
async function readPrepared(coordinator: ClientBase, { groupId }: CitusNode, server: ClientBase) {
  const { rows: prepared } = await server.query<{ gid: string }>(preparedSql);
  if (prepared.length === 0) return [];
  const gids = prepared.map(({ gid }) => gid);
  const { rows } = await coordinator.query<{ gid: string }>(committedSql, [groupId, gids]);
  const committed = new Set(rows.map(({ gid }) => gid));
  return gids.map((gid) => ({ gid, committed: committed.has(gid) }));
}

/** Citus names its transactions so, by the group they were begun on; one that was prepared by an application is its own affair. */
const preparedSql = String.raw`
SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'citus\_0\_%'`;

const committedSql = 'SELECT gid FROM pg_dist_transaction WHERE groupid = $1 AND gid = ANY ($2)';
