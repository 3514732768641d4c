import type { ShardCopy } from './shard-copies.js';

/** Shards really held, by the host that a node is registered under; `undefined` for a worker that does not answer. */
export type HeldShards = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/** What of one table can be reached now, against what it was made with. */
export interface TableRedundancy {
  readonly table: string;
  /** Copies that each of its shards should have. */
  readonly target: number;
  readonly underReplicatedShards: number;
  /** Shards of which no copy is left that can be reached. */
  readonly unreachableShards: number;
}

/** What one node lacks of what Citus counts on it. */
export interface MissingPlacements {
  readonly host: string;
  readonly placements: number;
  readonly missing: number;
  readonly tables: readonly string[];
}

/**
 * Tables with shards that have fewer copies than their table was made with: one for a table made with factor 1, `factor` or
 * more for a replicated one, whose copies a lost worker may have taken with it. Reference tables, which Citus itself copies to
 * every node, count only where no copy is left.
 */
export function judgeTables(
  copies: readonly ShardCopy[],
  held: HeldShards,
  factor: number,
): readonly TableRedundancy[] {
  return grouped(copies, ({ table }) => table).flatMap(([table, ofTable]): readonly TableRedundancy[] => {
    const shards = grouped(ofTable, ({ shardId }) => shardId).map(([, shard]) => shard);
    const counted = shards.map((shard) => shard.filter(({ groupId }) => groupId !== null).length);
    const target = ofTable[0]?.model === 'replicated' ? Math.max(2, factor, ...counted) : 1;
    const there = shards.map((shard) => shard.filter((copy) => isThere(copy, held)).length);
    const underReplicatedShards = there.filter((count) => count < target).length;
    if (underReplicatedShards === 0) return [];
    return [{ table, target, underReplicatedShards, unreachableShards: there.filter((count) => count === 0).length }];
  });
}

/** Nodes that answer and take queries, but lack tables of placements that Citus sends queries to. */
export function judgeNodes(copies: readonly ShardCopy[], held: HeldShards): readonly MissingPlacements[] {
  const active = copies.filter(({ active: takesQueries }) => takesQueries);
  return grouped(active, ({ host }) => host ?? '').flatMap(([host, placed]): readonly MissingPlacements[] => {
    const shards = held.get(host);
    const missing = placed.filter(({ shardId }) => shards && !shards.has(shardId));
    if (missing.length === 0) return [];
    const tables = [...new Set(missing.map(({ table }) => table))];
    return [{ host, placements: placed.length, missing: missing.length, tables }];
  });
}

/** Shards of which nobody but this host has a copy that is there. */
export function onlyCopies(copies: readonly ShardCopy[], held: HeldShards, host: string): readonly ShardCopy[] {
  const elsewhere = new Set(
    copies.filter((copy) => copy.host !== host && isThere(copy, held)).map(({ shardId }) => shardId),
  );
  return copies.filter((copy) => copy.host === host && !elsewhere.has(copy.shardId));
}

/** The coordinator's own are there, since it answers. */
function isThere({ active, groupId, host, shardId }: ShardCopy, held: HeldShards): boolean {
  return active && (groupId === 0 || (host !== null && held.get(host)?.has(shardId) === true));
}

function grouped(
  copies: readonly ShardCopy[],
  keyOf: (copy: ShardCopy) => string,
): readonly (readonly [string, readonly ShardCopy[]])[] {
  const groups = new Map<string, ShardCopy[]>();
  for (const copy of copies) {
    const group = groups.get(keyOf(copy));
    if (group) group.push(copy);
    else groups.set(keyOf(copy), [copy]);
  }
  return [...groups];
}
