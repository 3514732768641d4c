import type { CitusNode, ShardCopy } from '@citus-ha/citus';

/** Why a worker cannot be done without. */
export type WhyNeeded =
  /** Nobody else has a copy, of some shard, that takes queries. */
  | { readonly why: 'only-copies'; readonly tables: readonly string[] }
  /** Another one is gone that is in service: Citus changes no node while one does not answer. */
  | { readonly why: 'another-lost'; readonly workers: readonly string[] };

/**
 * What forbids to take a worker out of service; `undefined` where its group is one of several that have its shards. Pure.
 *
 * @param lost Names of all workers that are gone, by the host that Citus knows them by.
 */
export function whyNeeded(
  node: CitusNode,
  {
    nodes,
    copies,
    lost,
  }: {
    readonly nodes: readonly CitusNode[];
    readonly copies: readonly ShardCopy[];
    readonly lost: ReadonlyMap<string, string>;
  },
): WhyNeeded | undefined {
  const elsewhere = new Set(
    copies.filter(({ groupId, active }) => active && groupId !== node.groupId).map(({ shardId }) => shardId),
  );
  const only = copies.filter(({ groupId, shardId }) => groupId === node.groupId && !elsewhere.has(shardId));
  if (only.length > 0) return { why: 'only-copies', tables: [...new Set(only.map(({ table }) => table))] };
  const others = nodes.flatMap(({ active, groupId, host }) => {
    const name = lost.get(host);
    return active && groupId !== node.groupId && name !== undefined ? [name] : [];
  });
  return others.length > 0 ? { why: 'another-lost', workers: others } : undefined;
}
