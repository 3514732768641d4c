import { CodedError } from '@citus-ha/core';
import type { ClientBase } from 'pg';
import { readShardSizes } from './placements.js';

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

export interface CopyOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Runs each copying; `false` where it may not now. */
  readonly step?: (copy: () => Promise<true>) => Promise<boolean>;
}

/**
 * Copies what tables lack to the nodes that are active, smallest table first, and reference tables; those must answer. One shard at a time,
 * with those that belong to it, whose writes wait meanwhile; what is copied stays where a later one fails. A shard of which a node that is
 * out of service has a copy waits for that. Answers whether all was done.
 *
 * @throws CodedError `COPY_FAILED` where there are too few nodes; what Citus says.
 */
export async function copyPlacements(
  client: ClientBase,
  tables: readonly LackingTable[],
  { onProgress, step = (copy) => copy() }: CopyOptions = {},
): Promise<boolean> {
  for (const { table, target } of await smallestFirst(client, tables)) {
    for (let left = await shardsLacking(client, table, target); left > 0;) {
      onProgress?.({ table, shardsLeft: left });
      const isDone = await step(async () => {
        await client.query(copySql, [table, target]);
        return true;
      });
      if (!isDone) return false;
      const now = await shardsLacking(client, table, target);
      if (now >= left) throw new CodedError('COPY_FAILED', `${now} shards of ${table} found no node for another copy`);
      left = now;
    }
  }
  const { rows } = await client.query<{ lacking: boolean }>(referencesLackingSql);
  if (!rows[0]?.lacking) return true;
  return step(async () => {
    await client.query("SELECT replicate_reference_tables('block_writes')");
    return true;
  });
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

/** Copies on nodes that are out of service count: they come back with them. */
const lackingSql = `
SELECT count(*)::int AS shards
FROM pg_dist_shard s
WHERE s.logicalrelid = $1::text::regclass AND $2 > (SELECT count(*) FROM pg_dist_placement p WHERE p.shardid = s.shardid)`;

const copySql = `
SELECT replicate_table_shards($1::text::regclass, $2, 1, ARRAY(
  SELECT DISTINCT p.shardid FROM pg_dist_placement p JOIN pg_dist_node n USING (groupid)
  WHERE n.noderole = 'primary' AND NOT n.isactive), 'block_writes')`;

/** The stand-in copies reference tables together with shards. */
const referencesLackingSql = `
SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'replicate_reference_tables' AND pronargs = 1) AND EXISTS (
  SELECT FROM pg_dist_shard s JOIN pg_dist_partition t USING (logicalrelid), pg_dist_node n
  WHERE t.repmodel = 't' AND n.isactive AND n.noderole = 'primary' AND n.groupid > 0
    AND NOT EXISTS (SELECT FROM pg_dist_placement p WHERE p.shardid = s.shardid AND p.groupid = n.groupid)) AS lacking`;
