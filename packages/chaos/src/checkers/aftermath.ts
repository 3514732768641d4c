import { opsOf, type History } from '../history/op.js';
import type { Check } from './verdict.js';

/** Whether the fault was seen to take hold: a trial without it proves nothing. */
export function checkFault(history: History): Check {
  const seen = opsOf(history, 'hold')[0]?.value;
  if (!seen) return { name: 'fault', valid: 'unknown', detail: 'no fault was injected' };
  return { name: 'fault', valid: seen.held || 'unknown', detail: seen.evidence };
}

/** Whether all members, nodes and placements came back, and how long that took from the injection on. */
export function checkRedundancy(history: History): { readonly restoredMs: number | null; readonly check: Check } {
  const injected = opsOf(history, 'inject').find(({ type }) => type === 'invoke');
  const healed = opsOf(history, 'heal').at(-1);
  const seen = opsOf(history, 'health');
  const last = seen.at(-1);
  if (!injected || !healed || !last || last.time <= healed.time) {
    const detail = 'the cluster was not looked at after the heal';
    return { restoredMs: null, check: { name: 'redundancy', valid: 'unknown', detail } };
  }
  if (!last.value.healthy) {
    const detail = last.value.problems.join('; ') || 'not healthy at the end';
    return { restoredMs: null, check: { name: 'redundancy', valid: false, detail } };
  }
  const since = seen.findLastIndex(({ value }) => !value.healthy);
  const restored = seen[since + 1] ?? last;
  const restoredMs = Math.max(0, Math.round((restored.time - injected.time) / 1e6));
  return { restoredMs, check: { name: 'redundancy', valid: true, detail: 'every member, node and placement is back' } };
}

/** Whether all placements of a shard hold the same rows. */
export function checkPlacements(history: History): Check {
  const shards = opsOf(history, 'finalPlacements').at(-1)?.value;
  if (!shards || shards.length === 0) {
    return { name: 'placements', valid: 'unknown', detail: 'placements were not compared' };
  }
  const sums = shards.map(({ checksums }) => Object.values(checksums));
  const [different] = shards.filter((_, index) => new Set(sums[index]?.filter((sum) => sum !== null)).size > 1);
  if (different) {
    const seen = Object.entries(different.checksums).map(([server, sum]) => `${server} ${sum}`);
    const detail = `placements of ${different.table} ${different.shardId} differ: ${seen.join(', ')}`;
    return { name: 'placements', valid: false, detail };
  }
  if (sums.some((list) => list.includes(null))) {
    return { name: 'placements', valid: 'unknown', detail: 'not every placement could be read' };
  }
  const placements = sums.reduce((total, list) => total + list.length, 0);
  return {
    name: 'placements',
    valid: true,
    detail: `${placements} placements of ${shards.length} shards hold the same rows`,
  };
}

/** Whether no transaction was left prepared. */
export function checkPrepared(history: History): Check {
  const counts = opsOf(history, 'finalPrepared').at(-1)?.value;
  if (!counts || Object.keys(counts).length === 0) {
    return { name: 'prepared', valid: 'unknown', detail: 'prepared transactions were not counted' };
  }
  const left = Object.entries(counts).filter(([, count]) => count !== null && count > 0);
  if (left.length > 0) {
    const detail = left.map(([server, count]) => `${count} on ${server}`).join(', ');
    return { name: 'prepared', valid: false, detail: `transactions left prepared: ${detail}` };
  }
  const unasked = Object.entries(counts).flatMap(([server, count]) => (count === null ? [server] : []));
  if (unasked.length > 0) return { name: 'prepared', valid: 'unknown', detail: `not asked: ${unasked.join(', ')}` };
  return { name: 'prepared', valid: true, detail: 'no transaction was left prepared' };
}
