import type { ClientPlan, TableKind } from '../history/op.js';
import type { LoadedShard } from './tables.js';

/**
 * The clients of a load: a writer and a reader for every shard, for a reference and for a local table, so that the outage of
 * one of them shows; one that moves money between shards, one that adds it up, and two that share registers. All but the
 * readers use the named endpoint.
 */
export function planClients(
  shards: readonly LoadedShard[],
  endpoint: Exclude<ClientPlan['endpoint'], 'read'> = 'write',
): readonly ClientPlan[] {
  const places = [
    ...shards.map(({ group, slots }) => ({ table: 'distributed', group, slot: slots[0] ?? 1 }) as const),
    single('reference'),
    single('local'),
  ];
  return [
    ...places.map((place) => ({ workload: 'ledger', endpoint, ...place }) as const),
    { workload: 'transfer', endpoint, ...single('distributed') },
    { workload: 'balances', endpoint, ...single('distributed') },
    { workload: 'register', endpoint, ...single('distributed') },
    { workload: 'register', endpoint, ...single('distributed') },
    ...places.map((place) => ({ workload: 'tail', endpoint: 'read', ...place }) as const),
  ];
}

/** One that works on no shard of its own. */
function single(table: TableKind) {
  return { table, group: '-', slot: 1 };
}
