import { defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { createRecord, parametersSet, parseRecord } from './cluster-record.js';

const base = defaultClusterSpec();
const spec = { ...base, postgres: { ...base.postgres, parameters: { work_mem: '8MB' } } };
const certificates = { authority: { certificate: 'c', key: 'k' }, members: {} };
const secrets = { superuser: 'a', replication: 'b', etcd: 'c' };
const file = '/srv/cluster.json';
const record = createRecord({ engine: 'citus', secrets, certificates }, spec);

it('is read as it was written, with the whole spec', () => {
  expect(parseRecord(JSON.stringify(record), file)).toStrictEqual(record);
  expect(record).toMatchObject({ version: 2, spec });
});

it('is read of version 1 as well, which knew some keys of the spec, and names of parameters alone', () => {
  const first = {
    engine: 'citus',
    secrets,
    certificates,
    etcdCount: 3,
    superuser: 'admin',
    database: 'shop',
    replication: 'copier',
    proxy: { bind: '127.0.0.1', ports: { write: 5000, read: 5001, stats: 7000 } },
    parameters: ['work_mem'],
  };
  const read = parseRecord(JSON.stringify(first), file);
  expect(read).toStrictEqual({
    version: 2,
    engine: 'citus',
    secrets,
    certificates,
    parameters: ['work_mem'],
    spec: {
      postgres: { database: 'shop' },
      credentials: { superuser: 'admin', replication: 'copier' },
      etcd: { count: 3 },
      proxy: first.proxy,
    },
  });
  expect(read && parametersSet(read)).toEqual(['work_mem']);
});

it('is read of the very first ones too, which knew nothing of the spec', () => {
  const { etcd: _, ...earlier } = secrets;
  expect(parseRecord(JSON.stringify({ engine: 'standin', secrets: earlier }), file)).toStrictEqual({
    version: 2,
    engine: 'standin',
    secrets: earlier,
    spec: { credentials: {} },
  });
});

it('is refused of a version that is yet to come, by name, with what to do', () => {
  expect(() => parseRecord(JSON.stringify({ version: 3 }), file)).toThrow(
    expect.objectContaining({
      code: 'RECORD_NEWER',
      blame: 'user',
      message: '/srv/cluster.json is of version 3, this citus-ha knows those up to 2: a newer one wrote it',
      fix: 'Use the citus-ha that wrote it, or a newer one.',
    }) as Error,
  );
});

it.each(['', 'null', '[]', '{"version":2}', JSON.stringify({ ...record, version: 0 })])('is not %s', (text) => {
  expect(parseRecord(text, file)).toBeUndefined();
});

it('names the parameters of runs that did not get to their end beside those of the one that did', () => {
  const pending = { ...spec, postgres: { ...spec.postgres, parameters: { jit: false } } };
  expect(parametersSet({ ...record, pending, parameters: ['work_mem', 'geqo'] })).toEqual(['work_mem', 'geqo', 'jit']);
});
