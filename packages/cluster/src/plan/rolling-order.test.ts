import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { rollingOrder } from './plan-updates.js';

it('updates the leader after every other server, and the proxy last', () => {
  const order = rollingOrder(membersOf(defaultClusterSpec()), 'coord-1').map(({ name }) => name);
  expect(order[0]).toBe('etcd');
  expect(order.slice(1, -2)).toEqual(['coord-2', 'worker1', 'worker2', 'worker3']);
  expect(order.slice(-2)).toEqual(['coord-1', 'haproxy']);
});
