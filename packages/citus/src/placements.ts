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
