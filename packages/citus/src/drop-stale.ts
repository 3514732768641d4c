import type { ClientBase } from 'pg';

/**
 * Drops on a node what Citus had made there and what was dropped everywhere else while the node was out of service: shards, and schemas,
 * which no statement could make again. Citus itself drops only placements that it knows of.
 */
export async function dropStale(coordinator: ClientBase, server: ClientBase): Promise<void> {
  const { rows } = await server.query<{ known: boolean }>(knownSql);
  // Workers of the stand-in keep no such list.
  if (!rows[0]?.known) return;
  await server.query('SET citus.enable_ddl_propagation = off; SET citus.override_table_visibility = off');
  await server.query("SET citus.enable_manual_changes_to_shards = on; SET client_min_messages = 'error'");
  const shards = await missing(coordinator, server, shardsSql, everyShardSql);
  for (const shard of shards) await server.query(`DROP TABLE IF EXISTS ${shard} CASCADE`);
  const schemas = await missing(coordinator, server, schemasSql, everySchemaSql);
  for (const schema of schemas) await server.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
}

/** Names of what the node has by one query, and of which the coordinator lacks the id by the other. */
async function missing(
  coordinator: ClientBase,
  server: ClientBase,
  ownSql: string,
  everySql: string,
): Promise<readonly string[]> {
  const own = await server.query<{ id: string; name: string }>(ownSql);
  const every = await coordinator.query<{ id: string }>(everySql);
  const known = new Set(every.rows.map(({ id }) => id));
  return own.rows.filter(({ id }) => !known.has(id)).map(({ name }) => name);
}

const knownSql = "SELECT to_regclass('pg_catalog.pg_dist_object') IS NOT NULL AS known";

const shardsSql = `
SELECT p.shardid::text AS id, shard_name(s.logicalrelid, s.shardid) AS name
FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid)
WHERE p.groupid = (SELECT groupid FROM pg_dist_local_group)`;

const everyShardSql = 'SELECT shardid::text AS id FROM pg_dist_shard';

const schemasSql = `
SELECT n.nspname AS id, quote_ident(n.nspname) AS name
FROM pg_dist_object o JOIN pg_namespace n ON n.oid = o.objid
WHERE o.classid = 'pg_namespace'::regclass AND n.nspname <> 'public'`;

const everySchemaSql = 'SELECT nspname AS id FROM pg_namespace';
