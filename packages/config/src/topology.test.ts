import { expect, it } from 'vitest';
import { parseClusterSpec } from './parse.js';
import { groupsOf } from './topology.js';

const shown = (text: string) =>
  groupsOf(parseClusterSpec(text, { file: 'cluster.yaml' })).map(({ group, name, members }) => [
    group,
    name,
    members.map((member) => member.name),
  ]);

it('gives the coordinators and each worker a group', () => {
  expect(shown('workers: { count: 2 }')).toEqual([
    [0, 'coordinators', ['coord-1', 'coord-2']],
    [1, 'worker1', ['worker1']],
    [2, 'worker2', ['worker2']],
  ]);
});

it('numbers the members of worker groups that have several', () => {
  const text = 'workers: { count: 2, availability: patroni, membersPerGroup: 2 }\nshards: { replicationFactor: 1 }';
  expect(shown(text)).toEqual([
    [0, 'coordinators', ['coord-1', 'coord-2']],
    [1, 'worker1', ['worker1-1', 'worker1-2']],
    [2, 'worker2', ['worker2-1', 'worker2-2']],
  ]);
});
