import { defaultClusterSpec, membersOf, type ClusterSpec } from '@citus-ha/config';
import { createRecord } from '@citus-ha/layout';
import { expect, it } from 'vitest';
import type { ClusterRecord } from '../record/cluster-record.js';
import { refuseChanges } from './refuse-changes.js';

const base = defaultClusterSpec();
const kept = createRecord({ engine: 'standin', secrets: { superuser: 'a', replication: 'b' } }, base);
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

it('refuses another superuser, replication role or database, which the cluster does not have', () => {
  const renamed = { ...base, credentials: { ...base.credentials, superuser: 'admin' } };
  expect(refuse(renamed, kept)).toThrow('created with credentials.superuser: postgres, cluster.yaml asks for admin');
  const copier = { ...base, credentials: { ...base.credentials, replication: 'copier' } };
  expect(refuse(copier, kept)).toThrow(
    'created with credentials.replication: replicator, cluster.yaml asks for copier',
  );
  const moved = { ...base, postgres: { ...base.postgres, database: 'other' } };
  expect(refuse(moved, kept)).toThrow('created with postgres.database: postgres, cluster.yaml asks for other');
});

it('takes the number the cluster was created with, and records that do not know it', () => {
  expect(refuse(base, kept)).not.toThrow();
  expect(refuse({ ...base, etcd: { count: 3 } }, { ...kept, spec: {} })).not.toThrow();
});
