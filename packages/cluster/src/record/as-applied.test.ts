import { defaultClusterSpec, parseClusterSpec } from '@citus-ha/config';
import { createRecord, type ClusterRecord } from '@citus-ha/layout';
import { expect, it } from 'vitest';
import { asApplied, differencesOf } from './as-applied.js';

const kept = { engine: 'citus', secrets: { superuser: 'a', replication: 'b' } } as const;
const specOf = (text: string) => parseClusterSpec(text, { file: 'cluster.yaml' });
const spec = specOf('postgres: { parameters: { work_mem: 8MB, jit: false } }');
const record = createRecord(kept, spec);
const edited = specOf(`
engine: standin
durability: async
timings: { ttl: 30s }
postgres: { maxConnections: 400, parameters: { work_mem: 4MB, geqo: false } }
credentials: { replication: copier }
workers: { count: 4 }
etcd: { count: 3 }
proxy: { read: { maxLag: { time: 1m } }, ports: { write: 80 } }
`);

it('looks at a cluster by what was applied, whatever the file asks for', () => {
  expect(asApplied(edited, record)).toEqual({ ...spec, engine: 'citus' });
});

it('names each key by which the file differs, as it is in cluster.yaml, with both values', () => {
  expect(differencesOf(edited, record)).toEqual([
    { key: 'engine', applied: 'citus', asked: 'standin' },
    { key: 'durability', applied: 'synchronous', asked: 'async' },
    { key: 'timings.ttl', applied: '20s', asked: '30s' },
    { key: 'postgres.maxConnections', applied: 300, asked: 400 },
    { key: 'postgres.parameters.work_mem', applied: '8MB', asked: '4MB' },
    { key: 'postgres.parameters.geqo', applied: null, asked: false },
    { key: 'credentials.replication', applied: 'replicator', asked: 'copier' },
    { key: 'workers.count', applied: 3, asked: 4 },
    { key: 'etcd.count', applied: 1, asked: 3 },
    { key: 'proxy.read.maxLag.time', applied: '30s', asked: '1m' },
    { key: 'proxy.ports.write', applied: 5000, asked: 80 },
    { key: 'postgres.parameters.jit', applied: false, asked: null },
  ]);
  expect(differencesOf(spec, record)).toEqual([]);
});

it('goes by the file for what is of whoever asks: the runtime, where the password is from, what may be unsafe', () => {
  const own = specOf(`
runtime: docker
postgres: { unsafe: [fsync], parameters: { work_mem: 8MB, jit: false } }
credentials: { password: { env: SECRET } }
`);
  expect(asApplied(own, record)).toEqual({ ...own, engine: 'citus' });
  expect(differencesOf(own, record)).toEqual([]);
});

it('goes by the file for what is not known to have been applied, and tells no difference there', () => {
  const known: ClusterRecord = { ...record, spec: { etcd: { count: 1 } }, parameters: ['work_mem'] };
  expect(asApplied(edited, known)).toEqual({ ...edited, engine: 'citus', etcd: { count: 1 } });
  expect(differencesOf(edited, known).map(({ key }) => key)).toEqual(['engine', 'etcd.count']);
});

it('takes what an unfinished run was about for done, but for where clients are, and tells that it is not', () => {
  const unfinished: ClusterRecord = { ...record, pending: edited };
  const seen = asApplied(defaultClusterSpec(), unfinished);
  expect(seen).toEqual({ ...edited, engine: 'citus', proxy: spec.proxy });
  expect(differencesOf(edited, unfinished)).toEqual(differencesOf(edited, record));
});
