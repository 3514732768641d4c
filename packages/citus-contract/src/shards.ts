import type { ContractContext, Row } from './contract-context.js';

/** Where the placements of a table are, as the seed of this project asks it. */
export function placementsOf(context: ContractContext, table: string): Promise<Row[]> {
  return context.rows(
    `SELECT shardid, shardstate, nodename, nodeport
     FROM pg_dist_shard s
     JOIN pg_dist_placement p USING (shardid)
     JOIN pg_dist_node n ON n.groupid = p.groupid
     WHERE s.logicalrelid = $1::regclass
     ORDER BY shardid, nodename, nodeport`,
    [table],
  );
}

/** The rows of pg_dist_shard for a table. */
export const shardsOf = (context: ContractContext, table: string): Promise<Row[]> =>
  context.rows(
    `SELECT shardid, shardstorage, shardminvalue, shardmaxvalue
     FROM pg_dist_shard WHERE logicalrelid = $1::regclass ORDER BY shardid`,
    [table],
  );

/** The row of pg_dist_partition for a table. */
export const partition = (context: ContractContext, table: string): Promise<Row[]> =>
  context.rows(
    `SELECT logicalrelid::text, partmethod, colocationid, repmodel, autoconverted
     FROM pg_dist_partition WHERE logicalrelid = $1::regclass`,
    [table],
  );

export interface PlacementRows {
  readonly shard: string;
  readonly server: number;
  /** A checksum over all rows, in any order. */
  readonly rows: string;
  readonly count: number;
}

/** What the tables on the workers hold, read from each of them directly. */
export async function placementRows(context: ContractContext, table: string): Promise<PlacementRows[]> {
  const found: PlacementRows[] = [];
  for (const { shardid, nodename } of await placementsOf(context, table)) {
    const server = context.servers.addresses.findIndex(({ host }) => host === nodename);
    const shard = `${table}_${String(shardid)}`;
    const { rows } = await context.inspect(server, (client) =>
      client.query<{ count: number; rows: string }>(
        `SELECT count(*)::int AS count, coalesce(sum(hashtext(t::text)), 0)::text AS rows
         FROM ${client.escapeIdentifier(shard)} t`,
      ),
    );
    for (const row of rows) found.push({ shard, server, ...row });
  }
  return found;
}

/** One `id` of a table whose shard has its placements on these servers, and on no other. */
export async function idPlacedOn(context: ContractContext, table: string, servers: readonly number[]): Promise<number> {
  const rows = await context.rows(
    `SELECT id
     FROM generate_series(1, 1000) AS id
     JOIN pg_dist_shard s ON s.shardid = get_shard_id_for_distribution_column($1::regclass, id)
     JOIN pg_dist_placement p ON p.shardid = s.shardid
     JOIN pg_dist_node n ON n.groupid = p.groupid
     GROUP BY id
     HAVING array_agg(n.nodename ORDER BY n.nodename) = $2::text[]
     ORDER BY id
     LIMIT 1`,
    [table, servers.map((server) => context.host(server)).toSorted()],
  );
  return Number(rows[0]?.['id']);
}
