import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { randomBy } from '../workloads/random.js';
import { faults } from './index.js';
import { requireTarget, resolveTarget } from './targets.js';

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

function aimAt(name: string, target: string) {
  const fault = faults.find((one) => one.name === name);
  if (fault) requireTarget({ spec }, fault, target);
}

it.each([
  ['full-disk', 'etcd-1'],
  ['cpu-hog', 'etcd-majority'],
  ['full-disk', 'leader+haproxy'],
  ['switchover', 'first-worker'],
  ['switchover', 'coord-2'],
  ['postmaster-kill', 'all'],
])('%s is refused for %s, which it could be neither seen in nor healed', (fault, target) => {
  expect(() => aimAt(fault, target)).toThrow(
    expect.objectContaining({ code: 'TARGET_UNSUPPORTED', fix: expect.stringContaining('leader') as string }),
  );
});

it.each<readonly [string, string]>([
  ...faults.flatMap(({ name, targets }) => targets.map((target) => [name, target] as const)),
  ['kill', 'leader+first-worker'],
  ['kill', 'haproxy'],
  ['pause', 'etcd-1'],
  ['full-disk', 'worker2'],
  ['rolling-restart', 'all-workers'],
  ['rolling-restart', 'coord-1'],
])('%s is offered for %s: its own targets, several of them, and members that they may be', (fault, target) => {
  expect(() => aimAt(fault, target)).not.toThrow();
});
