import type { ClientBase } from 'pg';

/** A slice of a distributed table, or the whole of a reference table. */
export interface Shard {
  /** A bigint, as text. */
  readonly shardId: string;
  /** As `regclass` shows it: quoted, and with its schema where that is needed. */
  readonly table: string;
  /** Range of hash values, both included; `null` for a reference table. */
  readonly minHash: number | null;
  readonly maxHash: number | null;
}

/** A copy of a shard on a node. */
export interface Placement {
  readonly shardId: string;
  readonly table: string;
  readonly groupId: number;
  readonly host: string;
  readonly port: number;
  /** `inactive` where the placement, or its node, takes no queries. */
  readonly state: 'active' | 'inactive';
}

/** How many shards have too few copies. */
export interface Redundancy {
  readonly target: number;
  readonly underReplicatedShards: number;
}

/** Every shard of every table, by shard id. */
export async function readShards(client: ClientBase): Promise<readonly Shard[]> {
  const { rows } = await client.query<Shard>(shardsSql);
  return rows;
}

const shardsSql = `
SELECT shardid::text AS "shardId", logicalrelid::regclass::text AS "table",
       shardminvalue::int AS "minHash", shardmaxvalue::int AS "maxHash"
FROM pg_dist_shard
ORDER BY shardid`;

/** Every placement of every table, by shard id and node. */
export async function readPlacements(client: ClientBase): Promise<readonly Placement[]> {
  const { rows } = await client.query<Placement>(placementsSql);
  return rows;
}

const placementsSql = `
SELECT s.shardid::text AS "shardId", s.logicalrelid::regclass::text AS "table",
       p.groupid AS "groupId", n.nodename AS host, n.nodeport AS port,
       CASE WHEN p.shardstate = 1 AND n.isactive THEN 'active' ELSE 'inactive' END AS state
FROM pg_dist_shard s
JOIN pg_dist_placement p USING (shardid)
JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
ORDER BY s.shardid, n.nodename, n.nodeport`;

/** Bytes by shard id, the largest placement's; asks every node, so all of them must be up. */
export async function readShardSizes(client: ClientBase): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ shardId: string; bytes: string }>(shardSizesSql);
  return new Map(rows.map(({ shardId, bytes }) => [shardId, Number(bytes)]));
}

const shardSizesSql = `
SELECT shardid::text AS "shardId", max(coalesce(shard_size, 0))::text AS bytes
FROM citus_shards
GROUP BY shardid`;

/** Counts the shards of distributed tables that have fewer than `targetFactor` placements on active nodes, those of `lost` hosts left out. */
export async function readRedundancy(
  client: ClientBase,
  targetFactor: number,
  lost: readonly string[] = [],
): Promise<Redundancy> {
  const { rows } = await client.query<{ count: number }>(underReplicatedSql, [targetFactor, lost]);
  return { target: targetFactor, underReplicatedShards: rows[0]?.count ?? 0 };
}

const underReplicatedSql = `
SELECT count(*)::int AS count
FROM pg_dist_shard s
JOIN pg_dist_partition t ON t.logicalrelid = s.logicalrelid AND t.partmethod = 'h'
WHERE (SELECT count(*)
       FROM pg_dist_placement p
       JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
       WHERE p.shardid = s.shardid AND p.shardstate = 1 AND n.isactive AND n.nodename <> ALL ($2::text[])) < $1`;
