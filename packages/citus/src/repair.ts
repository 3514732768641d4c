import { CodedError, currentClock } from '@citus-ha/core';
import type { ClientBase } from 'pg';
import { dropStale } from './drop-stale.js';
import type { CitusNode, NodeAddress } from './nodes.js';
import { readShardSizes } from './placements.js';
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
 * Runs a task that changes nodes, and cancels writes to tables with several copies that still block it after a while, and again: those
 * that wait for a node which is gone. So are those cancelled that were planned before the change, and still wait for that node.
 *
 * @param client By which the task works.
 */
export async function aheadOfOthers<T>(server: ServerAddress, client: ClientBase, task: () => Promise<T>): Promise<T> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const over = new AbortController();
  const cancelling = cancelBlockers(server, rows[0]?.pid ?? 0, over.signal);
  try {
    const result = await task();
    const { rows: now } = await client.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
    await currentClock().sleep(patienceMs);
    await client.query(cancelOutdatedSql, [now[0]?.at]);
    return result;
  } finally {
    over.abort();
    await cancelling;
  }
}

async function cancelBlockers(server: ServerAddress, pid: number, signal: AbortSignal): Promise<void> {
  const pass = () =>
    currentClock()
      .sleep(patienceMs, signal)
      .catch(() => undefined);
  for (await pass(); !signal.aborted; await pass()) {
    // What cannot be cancelled is waited for.
    await withConnection(server, (other) => other.query(cancelSql, [pid])).catch(() => undefined);
  }
}

/** What does not wait for the lost node is done by then. */
const patienceMs = 100;

/** Whoever writes to a table with several copies holds this lock until it is done. */
const cancelOutdatedSql = `
SELECT pg_cancel_backend(l.pid)
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = 'pg_dist_node'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
  AND l.pid <> pg_backend_pid() AND a.state = 'active' AND a.query_start < $1::timestamptz`;

const cancelSql = 'SELECT pg_cancel_backend(blocker) FROM unnest(pg_blocking_pids($1)) AS blocker';

/** Writes to every placement of a table that takes queries, and changes nothing. @throws where one of them takes no write. */
export async function proveWrites(client: ClientBase, table: string): Promise<void> {
  // No row is there: pages begin with line pointer 1.
  await client.query(`DELETE FROM ${table} WHERE ctid = '(0,0)'`);
}

/**
 * Takes a node into service again that was out of it. Its placements are stale and dropped, and so are the transactions that a
 * coordinator has prepared there, which would hold them.
 *
 * @param server The node's own server.
 */
export async function activateNode(coordinator: ClientBase, node: NodeAddress, server: ClientBase): Promise<void> {
  const { rows } = await server.query<{ gid: string }>(preparedSql);
  for (const { gid } of rows) await server.query(`ROLLBACK PREPARED ${server.escapeLiteral(gid)}`);
  await dropStale(coordinator, server);
  await coordinator.query('SELECT citus_activate_node($1, $2)', [node.host, node.port]);
}

/** Citus names its transactions so; one that was prepared by an application is its own affair. */
const preparedSql = String.raw`
SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'citus\_%'`;

/** A table that lacks copies, with the number that each of its shards is to have, as `judgeTables` answers. */
export interface LackingTable {
  readonly table: string;
  readonly target: number;
}

/** What is left to copy. */
export interface CopyProgress {
  readonly table: string;
  readonly shardsLeft: number;
}

/**
 * Copies what tables lack to the nodes that are active, smallest table first, and reference tables; all nodes must answer. One shard at a time,
 * with those that belong to it, whose writes wait meanwhile; what is copied stays where a later one fails.
 *
 * @throws CodedError `COPY_FAILED` where there are too few nodes; what Citus says.
 */
export async function copyPlacements(
  client: ClientBase,
  tables: readonly LackingTable[],
  onProgress?: (progress: CopyProgress) => void,
): Promise<void> {
  for (const { table, target } of await smallestFirst(client, tables)) {
    for (let left = await shardsLacking(client, table, target); left > 0;) {
      onProgress?.({ table, shardsLeft: left });
      await client.query(copySql, [table, target]);
      const now = await shardsLacking(client, table, target);
      if (now >= left) throw new CodedError('COPY_FAILED', `${now} shards of ${table} found no node for another copy`);
      left = now;
    }
  }
  const { rows } = await client.query<{ known: boolean }>(knownSql);
  if (rows[0]?.known) await client.query("SELECT replicate_reference_tables('block_writes')");
}

async function smallestFirst(client: ClientBase, tables: readonly LackingTable[]): Promise<readonly LackingTable[]> {
  if (tables.length < 2) return tables;
  const sizes = await readShardSizes(client);
  const { rows } = await client.query<{ table: string; shardId: string }>(shardsSql);
  const bytesOf = ({ table }: LackingTable) =>
    rows.filter((shard) => shard.table === table).reduce((sum, { shardId }) => sum + (sizes.get(shardId) ?? 0), 0);
  return tables.map((one) => ({ ...one, bytes: bytesOf(one) })).toSorted((a, b) => a.bytes - b.bytes);
}

const shardsSql = 'SELECT logicalrelid::regclass::text AS "table", shardid::text AS "shardId" FROM pg_dist_shard';

async function shardsLacking(client: ClientBase, table: string, target: number): Promise<number> {
  const { rows } = await client.query<{ shards: number }>(lackingSql, [table, target]);
  return rows[0]?.shards ?? 0;
}

const lackingSql = `
SELECT count(*)::int AS shards
FROM pg_dist_shard s
WHERE s.logicalrelid = $1::text::regclass AND $2 > (
  SELECT count(*) FROM pg_dist_placement p JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
  WHERE p.shardid = s.shardid AND p.shardstate = 1 AND n.isactive)`;

const copySql = "SELECT replicate_table_shards($1::text::regclass, $2, 1, '{}', 'block_writes')";

/** The stand-in copies reference tables together with shards. */
const knownSql = `
SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'replicate_reference_tables' AND pronargs = 1) AS known`;
