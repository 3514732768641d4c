import { createMemoryRuntime } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import { suiteNamed, suites } from './suites.js';

const runtime = createMemoryRuntime({ cluster: 'test' });

it('leaves out what the runtime cannot do, and names it', () => {
  const { strikes, leftOut, missing } = suiteNamed('network', runtime);
  expect(strikes).toEqual([
    { fault: 'pause', target: 'etcd-majority' },
    { fault: 'kill', target: 'etcd-majority' },
    { fault: 'kill', target: 'proxy' },
  ]);
  expect(leftOut).toContain('partition-all');
  expect(missing).toEqual(['partition', 'slowNetwork']);
});

it('is whole where nothing is lacking', () => {
  expect(suiteNamed('seed', runtime)).toEqual({ strikes: suites['seed'], leftOut: [], missing: [] });
});

it('refuses a name that no suite has', () => {
  expect(() => suiteNamed('constructor', runtime)).toThrow('There is no suite constructor');
});
