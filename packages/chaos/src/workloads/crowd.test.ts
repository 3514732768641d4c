import { expect, it } from 'vitest';
import { isOfCrowd, planCrowd } from './crowd.js';
import { planClients } from './plan-clients.js';

it('a crowd is told from the clients that every trial has', () => {
  const shards = [{ group: 'worker1+worker2', slots: [1, 2] }];
  expect(planClients(shards).some(isOfCrowd)).toBe(false);
  const storm = planCrowd({ workload: 'storm', clients: 3 });
  expect(storm).toHaveLength(3);
  expect(storm.every(isOfCrowd)).toBe(true);
});
