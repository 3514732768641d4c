import { codeOf } from '@citus-ha/core';
import type { ClientBase } from 'pg';
import { withConnection, type ServerAddress } from './server-connection.js';

/** A placement as the coordinator's metadata have it, whether or not it is there. */
export interface ShardCopy {
  /** A bigint, as text. */
  readonly shardId: string;
  /** As `regclass` shows it. */
  readonly table: string;
  /** `pg_dist_partition.repmodel`: one copy of a shard (s), several that each write goes to (c), a copy on every node (t). */
  readonly model: 'single' | 'replicated' | 'reference';
  /** 0 is the coordinator; `null` for a shard without any placement. */
  readonly groupId: number | null;
  /** By which the node is registered. */
  readonly host: string | null;
  /** Whether placement and node take queries. */
  readonly active: boolean;
}

/** What Citus counts on: a row for each placement, and one for each shard without any. */
export async function readShardCopies(client: ClientBase): Promise<readonly ShardCopy[]> {
  const { rows } = await client.query<ShardCopy>(copiesSql);
  return rows;
}

const copiesSql = `
SELECT s.shardid::text AS "shardId", s.logicalrelid::regclass::text AS "table",
       CASE t.repmodel WHEN 'c' THEN 'replicated' WHEN 't' THEN 'reference' ELSE 'single' END AS model,
       n.groupid AS "groupId", n.nodename AS host,
       n.groupid IS NOT NULL AND p.shardstate = 1 AND n.isactive AS active
FROM pg_dist_shard s
JOIN pg_dist_partition t USING (logicalrelid)
LEFT JOIN pg_dist_placement p USING (shardid)
LEFT JOIN pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
ORDER BY s.shardid, n.groupid`;

/**
 * Ids of the shards whose tables are really on a worker, whatever the coordinator believes; none where the worker lacks the
 * database. Asked of the worker itself.
 *
 * @throws CodedError as `withConnection` does where it does not answer within about `timeoutMs`.
 */
export async function readHeldShards(server: ServerAddress, timeoutMs: number): Promise<ReadonlySet<string>> {
  try {
    return await withConnection(
      server,
      async (client) => {
        // Else Citus hides shards from pg_class.
        await client.query('SET citus.override_table_visibility = off');
        const { rows } = await client.query<{ shardId: string }>(heldSql);
        return new Set(rows.map(({ shardId }) => shardId));
      },
      { timeoutMs, statementTimeoutMs: timeoutMs },
    );
  } catch (error) {
    if (codeOf(error) === 'DATABASE_MISSING') return new Set();
    throw error;
  }
}

/** A shard's table is named after the distributed table, with the shard's id behind it. */
const heldSql = String.raw`
SELECT DISTINCT substring(relname FROM '_(\d+)$') AS "shardId"
FROM pg_class
WHERE relkind IN ('r', 'p', 'f') AND relname ~ '_\d+$'`;
