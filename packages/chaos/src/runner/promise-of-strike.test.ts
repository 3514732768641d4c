import { defaultClusterSpec, membersOf, parseClusterSpec } from '@citus-ha/config';
import { promisesOf } from '@citus-ha/cluster';
import { expect, it } from 'vitest';
import { faults } from '../faults/index.js';
import { resolveTarget } from '../faults/targets.js';
import { promisedTarget } from './promise-of-strike.js';
import { possibleStrikes } from './soak.js';

const spec = parseClusterSpec('etcd: { count: 3 }', { file: 'cluster.yaml' });
const hit = (...names: readonly string[]) => membersOf(spec).filter(({ name }) => names.includes(name));

it.each([
  [['coord-1'], 'leader'],
  [['coord-2'], 'standby'],
  [['worker2'], 'worker'],
  [['haproxy'], 'proxy'],
  [['etcd-1', 'etcd-3'], 'etcd'],
  [['coord-1', 'worker1'], 'several'],
  [['worker1', 'worker2'], 'several'],
] as const)('%s is promised for as %s', (names, target) => {
  expect(promisedTarget(hit(...names), 'coord-1')).toBe(target);
});

it('where nobody is known to lead, nothing is promised for a coordinator', () => {
  expect(promisedTarget(hit('coord-1'), undefined)).toBeUndefined();
});

it('what is promised is of faults that there are', () => {
  const input = {
    spec: defaultClusterSpec(),
    runtime: 'local',
    isolation: false,
    sentinel: true,
    engine: 'citus',
  } as const;
  const known = faults.map(({ name }) => name);
  expect(
    promisesOf(input)
      .flatMap((one) => one.faults)
      .filter((fault) => !known.includes(fault)),
  ).toEqual([]);
});

it('something is promised for whatever chance may do', () => {
  const capabilities = new Set(['isolation', 'pause', 'partition', 'slowNetwork', 'delay'] as const);
  const input = { spec, runtime: 'local', isolation: true, sentinel: true, engine: 'standin' } as const;
  const promised = promisesOf(input).flatMap(({ faults: names, target }) => names.map((name) => `${name} ${target}`));
  const view = { members: membersOf(spec), leader: 'coord-1', standbys: ['coord-2'], random: () => 0 };
  const struck = possibleStrikes({ spec }, capabilities).map(
    ({ fault, target }) => `${fault} ${promisedTarget(resolveTarget(target, view), 'coord-1')}`,
  );
  expect(struck).not.toEqual([]);
  expect(struck.filter((strike) => !promised.includes(strike))).toEqual([]);
});
