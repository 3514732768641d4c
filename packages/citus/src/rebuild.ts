import type { ClientBase } from 'pg';
import type { CitusNode } from './nodes.js';
import type { ShardCopy } from './shard-copies.js';

/**
 * Takes a node out of service, so that Citus asks the other copies and drops this node's at its next activation. Copies in
 * `forgotten`, of which there is no other, are taken out of the metadata first, since Citus refuses else: their shards are
 * lost.
 */
export async function retireNode(
  client: ClientBase,
  { host, port, active }: CitusNode,
  forgotten: readonly ShardCopy[],
): Promise<void> {
  await client.query('BEGIN');
  for (const { shardId, groupId } of forgotten) await client.query(forgetSql, [shardId, groupId]);
  if (active) await client.query('SELECT citus_disable_node($1, $2, synchronous := true)', [host, port]);
  await client.query('COMMIT');
}

const forgetSql = 'DELETE FROM pg_dist_placement WHERE shardid = $1 AND groupid = $2';

/**
 * Copies what tables lack to the nodes that are active, writes to the copied shard waiting meanwhile; reference tables too.
 *
 * @param tables With the number of copies that each is to have, as `judgeTables` answers.
 */
export async function copyPlacements(
  client: ClientBase,
  tables: readonly { readonly table: string; readonly target: number }[],
): Promise<void> {
  for (const { table, target } of tables) await client.query(copySql, [table, target]);
  const { rows } = await client.query<{ known: boolean }>(knownSql);
  if (rows[0]?.known) await client.query("SELECT replicate_reference_tables('block_writes')");
}

const copySql = "SELECT replicate_table_shards($1::text::regclass, $2, 1000000, '{}', 'block_writes')";

/** The stand-in copies reference tables together with shards. */
const knownSql = `
SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'replicate_reference_tables' AND pronargs = 1) AS known`;
