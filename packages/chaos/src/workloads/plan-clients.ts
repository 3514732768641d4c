import type { ClientPlan, TableKind } from '../history/op.js';
import type { LoadedShard } from './tables.js';

/**
 * The clients of a load: a writer and a reader for every shard, for a reference and for a local table, so that the outage of
 * one of them shows; one that moves money between shards, one that adds it up, and two that share registers.
 */
export function planClients(shards: readonly LoadedShard[]): readonly ClientPlan[] {
  const places = [
    ...shards.map(({ group, slots }) => ({ table: 'distributed', group, slot: slots[0] ?? 1 }) as const),
    single('reference'),
    single('local'),
  ];
  return [
    ...places.map((place) => ({ workload: 'ledger', endpoint: 'write', ...place }) as const),
    { workload: 'transfer', endpoint: 'write', ...single('distributed') },
    { workload: 'balances', endpoint: 'write', ...single('distributed') },
    { workload: 'register', endpoint: 'write', ...single('distributed') },
    { workload: 'register', endpoint: 'write', ...single('distributed') },
    ...places.map((place) => ({ workload: 'tail', endpoint: 'read', ...place }) as const),
  ];
}

/** One that works on no shard of its own. */
function single(table: TableKind) {
  return { table, group: '-', slot: 1 };
}
