import { expect, it } from 'vitest';
import { withCosts, type CostSeen } from './plan-cost.js';

const members: Readonly<Record<string, CostSeen>> = {
  etcd: { kind: 'etcd', leads: undefined },
  'coord-1': { kind: 'coordinator', leads: true },
  'coord-2': { kind: 'coordinator', leads: false },
  'coord-3': { kind: 'coordinator', leads: undefined },
  worker1: { kind: 'worker', leads: undefined },
  haproxy: { kind: 'proxy', leads: undefined },
};

it('tells what clients notice of a restart', () => {
  const steps = Object.keys(members).map((member) => ({ action: 'restart', member }) as const);
  const costs = withCosts(steps, (name) => members[name]).map(({ cost }) => cost);
  expect(costs).toEqual(['none', 'leader-moves', 'none', 'leader-moves', 'shards-away', 'connections-cut']);
});

it('finds that a life which begins, goes on or is reloaded costs nothing', () => {
  const actions = ['create', 'start', 'resume', 'reload'] as const;
  const steps = actions.map((action) => ({ action, member: 'coord-1' }));
  expect(new Set(withCosts(steps, (name) => members[name]).map(({ cost }) => cost))).toEqual(new Set(['none']));
});
