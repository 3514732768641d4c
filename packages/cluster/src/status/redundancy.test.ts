import { defaultClusterSpec } from '@citus-ha/config';
import type { ShardCopy } from '@citus-ha/citus';
import { describe, expect, it } from 'vitest';
import type { SeenShards } from '../observe/held-shards.js';
import { redundancyProblems, seeRedundancy } from './redundancy.js';
import type { MemberStatus } from './status.js';

const spec = defaultClusterSpec();
const worker = (name: string, state: string): MemberStatus => ({
  name,
  kind: 'worker',
  group: 1,
  role: state === 'running' ? 'leader' : null,
  state,
  timeline: 1,
  lagBytes: null,
  host: '127.0.11.1',
  ports: {},
  pendingRestart: false,
});
const copy = (table: string, shardId: string, host: string, model: ShardCopy['model']): ShardCopy => ({
  table,
  shardId,
  model,
  groupId: host === 'worker1' ? 1 : 2,
  host,
  active: true,
});
const rooms = ['worker1', 'worker2'].map((host) => copy('rooms', '1', host, 'replicated'));
const single = [copy('single', '2', 'worker1', 'single')];
const members = [worker('worker1', 'running'), worker('worker2', 'running')];
const held = new Map([
  ['worker1', new Set(['1', '2'])],
  ['worker2', new Set(['1'])],
]);

describe('the redundancy of a cluster', () => {
  it('is no problem where tables were made with factor 1 on purpose', () => {
    const seen = seeRedundancy(spec, [...rooms, ...single], held);
    expect(seen).toEqual({ target: 2, underReplicatedShards: 0, tables: [], nodes: [], silent: [] });
    expect(redundancyProblems(members, seen)).toEqual([]);
  });

  it('is unknown while no leader tells', () => {
    expect(seeRedundancy(spec, undefined, held).underReplicatedShards).toBeNull();
  });

  it('names a worker that answers without its shards, what that took, and the command that copies it back', () => {
    const seen = seeRedundancy(spec, [...rooms, ...single], new Map([...held, ['worker1', new Set<string>()]]));
    const problems = redundancyProblems(members, seen);
    expect(problems.map(({ code }) => code)).toEqual(['PLACEMENTS_LOST', 'UNDER_REPLICATED', 'UNDER_REPLICATED']);
    expect(problems[0]).toMatchObject({ member: 'worker1', fix: expect.stringContaining('rebuild worker1') as string });
    expect(problems[1]?.message).toContain('of single');
    expect(problems[2]?.message).toContain('rooms');
  });

  it('says who copies where all workers are whole', () => {
    const seen = seeRedundancy(spec, rooms.slice(1), held);
    expect(redundancyProblems(members, seen)).toMatchObject([
      { fix: 'They are copied again by the sentinel, or by `citus-ha repair`.' },
    ]);
  });

  it('is unknown where a worker is only late, and lacks what the others are known to lack', () => {
    const late: SeenShards = new Map<string, ReadonlySet<string> | 'late'>([...held, ['worker2', 'late']]);
    const seen = seeRedundancy(spec, rooms, late);
    expect(seen).toEqual({ target: 2, underReplicatedShards: null, tables: [], nodes: [], silent: [] });
    expect(redundancyProblems(members, seen)).toEqual([]);
    const down = seeRedundancy(spec, rooms, new Map([...late, ['worker1', undefined]]));
    expect(down).toMatchObject({ underReplicatedShards: 1, silent: ['worker1'] });
    expect(seeRedundancy(spec, single, late).underReplicatedShards).toBe(0);
  });

  it('asks for the worker that does not answer before anything is copied', () => {
    const seen = seeRedundancy(spec, rooms, new Map([...held, ['worker2', undefined]]));
    expect(redundancyProblems(members, seen)[0]?.fix).toBe('Bring back what does not answer: worker2.');
  });
});
