import { defaultClusterSpec, membersOf, type ClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import type { ClusterRecord } from './cluster-record.js';
import { refuseChanges } from './refuse-changes.js';

const base = defaultClusterSpec();
const kept: ClusterRecord = {
  engine: 'standin',
  secrets: { superuser: 'a', replication: 'b' },
  etcdCount: 1,
};
const refuse = (spec: ClusterSpec, record: ClusterRecord) => () => refuseChanges(spec, record, membersOf(spec), []);

it('refuses another number of etcd members, naming both and what to set', () => {
  expect(refuse({ ...base, etcd: { count: 3 } }, kept)).toThrow(
    expect.objectContaining({
      code: 'ETCD_CHANGED',
      blame: 'user',
      message: 'Cluster citusap was created with etcd.count: 1, cluster.yaml asks for 3',
      fix: expect.stringContaining('Set etcd.count: 1 again') as string,
    }) as Error,
  );
});

it('takes the number the cluster was created with, and records that do not know it', () => {
  const { etcdCount: _, ...earlier } = kept;
  expect(refuse(base, kept)).not.toThrow();
  expect(refuse({ ...base, etcd: { count: 3 } }, earlier)).not.toThrow();
});
