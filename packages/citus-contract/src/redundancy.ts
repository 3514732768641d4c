import type { ClientBase } from 'pg';

/** Counts the shards of distributed tables that have fewer than `target` placements on active nodes. */
export async function readRedundancy(
  client: ClientBase,
  target: number,
): Promise<{ readonly target: number; readonly underReplicatedShards: number }> {
  const { rows } = await client.query<{ count: number }>(underReplicatedSql, [target]);
  return { target, underReplicatedShards: rows[0]?.count ?? 0 };
}

const underReplicatedSql = `
SELECT count(*)::int AS count
FROM pg_dist_shard s
JOIN pg_dist_partition t ON t.logicalrelid = s.logicalrelid AND t.partmethod = 'h'
WHERE (SELECT count(*)
       FROM pg_dist_placement p
       JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
       WHERE p.shardid = s.shardid AND p.shardstate = 1 AND n.isactive) < $1`;
