import { expect, it } from 'vitest';
import { suiteNamed, suites } from './suites.js';

const capabilities = new Set(['isolation', 'pause'] as const);

it('leaves out what the runtime cannot do, and names it', () => {
  const { strikes, leftOut, missing } = suiteNamed('network', capabilities);
  expect(strikes).toEqual([
    { fault: 'pause', target: 'etcd-majority' },
    { fault: 'kill', target: 'etcd-majority' },
    { fault: 'kill', target: 'proxy' },
  ]);
  expect(leftOut).toContain('partition-all');
  expect(missing).toEqual(['partition', 'slowNetwork', 'delay']);
});

it('is whole where nothing is lacking', () => {
  expect(suiteNamed('seed', capabilities)).toEqual({ strikes: suites['seed'], leftOut: [], missing: [] });
});

it('refuses a name that no suite has', () => {
  expect(() => suiteNamed('constructor', capabilities)).toThrow('There is no suite constructor');
});
