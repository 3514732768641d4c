import type { PatroniStatus } from '@citus-ha/patroni';
import { expect, it } from 'vitest';
import { merge, type SeenByPatroni } from './read-patroni.js';

const listed: SeenByPatroni = {
  name: 'coord-2',
  role: 'sync_standby',
  state: 'streaming',
  timeline: 2,
  lagBytes: 16,
  pendingRestart: false,
};
const self = { role: 'replica', state: 'running', timeline: 1, replicationState: null } as PatroniStatus;

it("takes a member's own word of its state, since what it last told etcd is older", () => {
  expect(merge('coord-2', listed, { ...self, pendingRestart: true })).toEqual({
    ...listed,
    state: 'running',
    timeline: 1,
    pendingRestart: true,
  });
});

it('goes by what others last heard of one that does not answer, and by its own word where etcd is away', () => {
  expect(merge('coord-2', listed, 'late')).toBe(listed);
  expect(merge('coord-2', undefined, 'late')).toBeUndefined();
  expect(merge('coord-2', undefined, { ...self, role: 'primary' })).toMatchObject({ role: 'leader', lagBytes: null });
});
