import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { randomBy } from '../workloads/random.js';
import { resolveTarget } from './targets.js';

const spec = { ...defaultClusterSpec(), etcd: { count: 3 } };
const view = { members: membersOf(spec), leader: 'coord-2', standbys: ['coord-1'], random: randomBy(1) };
const names = (target: string) => resolveTarget(target, view).map(({ name }) => name);

it.each([
  ['leader', ['coord-2']],
  ['standby', ['coord-1']],
  ['first-worker', ['worker1']],
  ['all-workers', ['worker1', 'worker2', 'worker3']],
  ['etcd-majority', ['etcd-1', 'etcd-2']],
  ['proxy', ['haproxy']],
  ['worker3', ['worker3']],
  ['leader+first-worker', ['coord-2', 'worker1']],
  ['all-coordinators+leader', ['coord-1', 'coord-2']],
])('%s is %j', (target, members) => {
  expect(names(target)).toEqual(members);
});

it('any worker is the same one for the same seed', () => {
  const once = resolveTarget('any-worker', { ...view, random: randomBy(5) });
  expect(resolveTarget('any-worker', { ...view, random: randomBy(5) })).toEqual(once);
});

it('a target that is unknown, or nobody now, is refused', () => {
  expect(() => names('nobody')).toThrow('There is no target nobody');
  expect(() => names('constructor')).toThrow('There is no target constructor');
  expect(() => resolveTarget('leader', { ...view, leader: undefined })).toThrow('stands for no member now');
});
