import { describe, expect, it } from 'vitest';
import { judgeNodes, judgeTables, onlyCopies } from './judge-redundancy.js';
import type { ShardCopy } from './shard-copies.js';

function copy(table: string, shardId: string, worker: number, change: Partial<ShardCopy> = {}): ShardCopy {
  return { table, shardId, model: 'replicated', groupId: worker, host: `worker${worker}`, active: true, ...change };
}

const rooms = [copy('rooms', '1', 1), copy('rooms', '1', 2), copy('rooms', '2', 1), copy('rooms', '2', 2)];
const single = [copy('single', '3', 1, { model: 'single' }), copy('single', '4', 2, { model: 'single' })];
const kinds = [0, 1, 2].map((group) => copy('kinds', '5', group, { model: 'reference' }));
const all = [...rooms, ...single, ...kinds];
const holds = (...shards: readonly string[]) => new Set(shards);
const whole = new Map([
  ['worker1', holds('1', '2', '3', '5')],
  ['worker2', holds('1', '2', '4', '5')],
]);

describe('the redundancy of tables', () => {
  it('is whole where each has the copies it was made with, one or several', () => {
    expect(judgeTables(all, whole, 2)).toEqual([]);
    expect(judgeNodes(all, whole)).toEqual([]);
  });

  it('names the tables that a worker without data has taken copies from', () => {
    const emptied = new Map([...whole, ['worker1', holds()]]);
    expect(judgeTables(all, emptied, 2)).toEqual([
      { table: 'rooms', target: 2, underReplicatedShards: 2, unreachableShards: 0 },
      { table: 'single', target: 1, underReplicatedShards: 1, unreachableShards: 1 },
    ]);
    expect(judgeNodes(all, emptied)).toEqual([
      { host: 'worker1', placements: 4, missing: 4, tables: ['rooms', 'single', 'kinds'] },
    ]);
  });

  it('lacks what a worker holds that does not answer, and accuses it of nothing', () => {
    const silent = new Map([...whole, ['worker2', undefined]]);
    expect(judgeTables(rooms, silent, 2)).toEqual([
      { table: 'rooms', target: 2, underReplicatedShards: 2, unreachableShards: 0 },
    ]);
    expect(judgeNodes(all, silent)).toEqual([]);
  });

  it('lacks what is on a disabled worker, and what its activation has dropped', () => {
    const disabled = rooms.map((one) => (one.groupId === 1 ? { ...one, active: false } : one));
    const dropped = rooms.filter(({ groupId }) => groupId !== 1);
    for (const copies of [disabled, dropped]) {
      expect(judgeTables(copies, whole, 2)).toMatchObject([{ table: 'rooms', underReplicatedShards: 2 }]);
    }
    expect(judgeNodes(disabled, new Map([...whole, ['worker1', holds()]]))).toEqual([]);
  });

  it('knows a shard of which no placement is left', () => {
    const lost = [copy('single', '3', 0, { model: 'single', groupId: null, host: null, active: false })];
    expect(judgeTables(lost, whole, 2)).toMatchObject([{ table: 'single', unreachableShards: 1 }]);
  });

  it('tells which shards only one worker has, where the copies beside it are really there', () => {
    expect(onlyCopies(all, whole, 'worker1').map(({ shardId }) => shardId)).toEqual(['3']);
    const emptied = new Map([...whole, ['worker2', holds()]]);
    expect(onlyCopies(all, emptied, 'worker1').map(({ shardId }) => shardId)).toEqual(['1', '2', '3']);
  });
});
