import { defaultClusterSpec } from '@citus-ha/config';
import { keptOfSpec } from '@citus-ha/layout';
import { expect, it } from 'vitest';
import { asApplied, differencesOf } from './as-applied.js';

const spec = defaultClusterSpec();
const kept = keptOfSpec(spec);
const edited = {
  ...spec,
  etcd: { count: 3 },
  credentials: { ...spec.credentials, replication: 'copier' },
  proxy: { ...spec.proxy, ports: { ...spec.proxy.ports, write: 80 } },
};

it('looks at a cluster by what was applied, and names each key by which the file differs, with both values', () => {
  expect(asApplied(edited, kept)).toEqual(spec);
  expect(differencesOf(edited, kept)).toEqual([
    { key: 'etcd.count', applied: 1, asked: 3 },
    { key: 'credentials.replication', applied: 'replicator', asked: 'copier' },
    { key: 'proxy.ports.write', applied: spec.proxy.ports.write, asked: 80 },
  ]);
});

it('goes by the file where an earlier version kept nothing', () => {
  expect(asApplied(edited, {})).toEqual(edited);
  expect(differencesOf(edited, {})).toEqual([]);
});
