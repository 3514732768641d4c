import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite, parametersSet } from '@citus-ha/layout';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  completeRecord,
  newRecord,
  readRecord,
  settleRecord,
  writeRecord,
  type ClusterRecord,
} from './cluster-record.js';

const base = { ...defaultClusterSpec(), engine: 'standin' } as const;
const site = dockerSite(base);
const withParameters = (parameters: Readonly<Record<string, string>>) => ({
  ...base,
  postgres: { ...base.postgres, parameters },
});
const [first, second, third] = ['work_mem', 'temp_buffers', 'wal_keep_size'].map((name) =>
  withParameters({ [name]: '64MB' }),
) as [typeof base, typeof base, typeof base];

describe('the record of a cluster', () => {
  let record: ClusterRecord;
  const names = async (...asked: readonly (typeof base)[]) => {
    let last = record;
    for (const spec of asked) last = await settleRecord(spec, site, last);
    return [...parametersSet(last)].sort();
  };

  beforeEach(async () => {
    record = await newRecord(first, site);
  });

  it('is kept and read as it is, and stays so where nothing is asked for that it has not', async () => {
    const { store } = createMemoryRuntime({ cluster: base.name });
    await writeRecord(store, record);
    const kept = await readRecord(store);
    expect(kept).toStrictEqual(record);
    expect(await settleRecord(first, site, kept)).toStrictEqual(record);
    expect(completeRecord(record, first)).toStrictEqual(record);
  });

  it('has what a run is about beside what was applied, until that run has come to its end', async () => {
    const settled = await settleRecord(second, site, record);
    expect(settled).toStrictEqual({ ...record, pending: second });
    expect(completeRecord(settled, second)).toStrictEqual({ ...record, spec: second });
  });

  it('has names of parameters of every run that did not come to its end, whichever follows', async () => {
    expect(await names(second)).toEqual(['temp_buffers', 'work_mem']);
    expect(await names(second, third)).toEqual(['temp_buffers', 'wal_keep_size', 'work_mem']);
    expect(await names(second, first)).toEqual(['temp_buffers', 'work_mem']);
    expect(await names(second, third, second)).toEqual(['temp_buffers', 'wal_keep_size', 'work_mem']);
  });

  it('is refused of a newer version, and where it is none, by the name it has in the store', async () => {
    const { store } = createMemoryRuntime({ cluster: base.name });
    await store.write('cluster.json', JSON.stringify({ ...record, version: 3 }));
    await expect(readRecord(store)).rejects.toMatchObject({
      code: 'RECORD_NEWER',
      message: expect.stringContaining('cluster.json in the store of the cluster') as string,
    });
    await store.write('cluster.json', '{}');
    await expect(readRecord(store)).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
  });
});
