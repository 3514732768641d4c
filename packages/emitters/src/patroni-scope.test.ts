import { defaultClusterSpec } from '@citus-ha/config';
import { expect, test } from 'vitest';
import { patroniScope } from './patroni-scope.js';

const spec = defaultClusterSpec('shop');
const coordinator = { name: 'coord-2', kind: 'coordinator', group: 0 } as const;
const worker = { name: 'worker3', kind: 'worker', group: 3 } as const;

test('coordinators share the scope of the cluster, with Citus in the folder of group 0', () => {
  expect(patroniScope(spec, 'citus', coordinator)).toEqual({ scope: 'shop', path: '/service/shop/0/' });
  expect(patroniScope(spec, 'standin', coordinator)).toEqual({ scope: 'shop', path: '/service/shop/' });
});

test('a worker is a Patroni cluster of its own, with either engine', () => {
  const own = { scope: 'shop-worker3', path: '/service/shop-worker3/' };
  expect(patroniScope(spec, 'citus', worker)).toEqual(own);
  expect(patroniScope(spec, 'standin', worker)).toEqual(own);
});
