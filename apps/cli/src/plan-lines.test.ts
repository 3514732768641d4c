import { expect, it } from 'vitest';
import { planLines } from './plan-lines.js';

const cost = 'none';

it('says nothing of an empty plan', () => {
  expect(planLines([])).toEqual([]);
});

it('names members by what is done to them, in the order in which that is begun', () => {
  expect(
    planLines([
      { action: 'create', member: 'worker3', cost },
      { action: 'start', member: 'worker3', cost },
      { action: 'restart', member: 'etcd', cost },
      { action: 'reload', member: 'coord-1', cost },
      { action: 'reload', member: 'coord-2', cost },
      { action: 'restart', member: 'worker1', cost: 'shards-away' },
      { action: 'restart', member: 'worker2', cost: 'shards-away' },
    ]),
  ).toEqual([
    'create worker3',
    'start worker3',
    'restart etcd',
    'reload coord-1, coord-2',
    'restart worker1, worker2 (their shards are away meanwhile)',
  ]);
});

it('names settings with both values, and the groups that get the same', () => {
  const set = { action: 'set', from: null, cost } as const;
  expect(
    planLines([
      { ...set, group: 'coordinators', setting: 'work_mem', from: '4MB', to: '8MB' },
      { ...set, group: 'worker1', setting: 'work_mem', from: '4MB', to: '8MB' },
      { ...set, group: 'coordinators', setting: 'search_path', to: 'a, b' },
      { ...set, group: 'worker1', setting: 'max_connections', from: 100, to: null, pendingRestart: true },
    ]),
  ).toEqual([
    'set work_mem 4MB -> 8MB (coordinators, worker1)',
    'set search_path (unset) -> "a, b" (coordinators)',
    'set max_connections 100 -> (unset) (worker1), in force after a restart of theirs',
  ]);
});

it('says what is prepared and registered of a new cluster in a few lines', () => {
  const register = { action: 'register', cost } as const;
  expect(
    planLines([
      { action: 'close-etcd', cost },
      { ...register, step: { kind: 'installEngine', server: 'worker1' } },
      { ...register, step: { kind: 'installEngine', server: 'the leader' } },
      { ...register, step: { kind: 'addNode', node: { host: 'worker1', port: 5432 } } },
      { ...register, step: { kind: 'addNode', node: { host: 'worker2', port: 5432 } } },
    ]),
  ).toEqual(['close etcd to strangers', 'install the engine on worker1, the leader', 'register worker1, worker2']);
});
