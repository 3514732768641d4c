import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import { renderMember } from '@citus-ha/emitters';
import { createMemoryRuntime, type Runtime } from '@citus-ha/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { newRecord, readRecord, type ClusterRecord } from './cluster-record.js';
import type { ClusterContext } from '../context.js';
import { openCluster } from '../open-cluster.js';
import { keepRecord } from './rebuild-record.js';
import { renderInput } from '../render-input.js';

const spec = defaultClusterSpec();

describe('the record of a cluster whose store has lost it', () => {
  let runtime: Runtime;
  let context: ClusterContext;
  let record: ClusterRecord;

  /** Gives a member its files, changed. */
  async function give(name: string, change: (content: string) => string = (content) => content): Promise<void> {
    const member = membersOf(spec).find((one) => one.name === name);
    const site = await runtime.site();
    if (!member || !site) throw new Error(`There is no ${name}`);
    const rendered = renderMember(renderInput({ spec, site, record }), member);
    const files = rendered.files.map((file) => ({ ...file, content: change(file.content) }));
    await runtime.create({ ...rendered, files: files.filter(({ content }) => content !== '') });
  }

  beforeEach(async () => {
    runtime = createMemoryRuntime({ cluster: spec.name });
    context = { spec, runtime } as unknown as ClusterContext;
    const site = await runtime.prepare({ spec, install: false });
    const { certificates: _, ...rest } = await newRecord(spec, site);
    const { superuser, replication } = spec.credentials;
    const { database } = spec.postgres;
    record = { ...rest, spec: { postgres: { database }, credentials: { superuser, replication }, etcd: { count: 1 } } };
    for (const { name } of membersOf(spec)) await give(name);
  });

  it("is had again from its members' files, and kept by up", async () => {
    expect((await openCluster(context)).record).toEqual(record);
    expect(await readRecord(runtime.store)).toBeUndefined();
    expect(await keepRecord(context)).toEqual(record);
    expect(await readRecord(runtime.store)).toEqual(record);
  });

  it('is had also of a cluster with the stand-in, whose etcd has no users yet', async () => {
    const { etcd: _, ...secrets } = record.secrets;
    const { postgres: _database, ...known } = record.spec;
    record = { ...record, engine: 'standin', secrets, spec: known };
    for (const { name } of membersOf(spec)) await give(name);
    expect((await openCluster(context)).record).toEqual(record);
  });

  it('is not invented where there is no member', async () => {
    await runtime.destroy({ data: false });
    expect(await keepRecord(context)).toBeUndefined();
    await expect(openCluster(context)).rejects.toMatchObject({ code: 'CLUSTER_ABSENT' });
  });

  const { superuser } = { superuser: 'the password of another cluster' };
  it.each([
    ['a file of another member', 'worker2', (text: string) => text.replace('name: worker2', 'name: worker3')],
    ['a file of another cluster', 'coord-2', (text: string) => text.replace(/^scope: .*/m, 'scope: other')],
    [
      'a file with other passwords',
      'coord-2',
      (text: string) => text.replace(/password: .*/g, `password: ${superuser}`),
    ],
    ['a file that is none', 'worker1', () => '{'],
    ['a secret of etcd that is not the one', 'etcd', (text: string) => (text.includes(':') ? text : 'other\n')],
  ])('does not come of %s, which is named', async (_what, member, change) => {
    await give(member, change);
    await expect(openCluster(context)).rejects.toMatchObject({
      code: 'RECORD_FOREIGN',
      member,
      message: expect.stringContaining(`/members/${member}/`) as string,
    });
  });

  it.each([
    ['no coordinator', ['coord-1', 'coord-2'], 'no coordinator has its patroni.yml'],
    ['no member of etcd', ['etcd'], 'etcd.secret'],
  ])('says what is missing where %s has its files', async (_what, members, missing) => {
    for (const member of members) await give(member, () => '');
    await expect(openCluster(context)).rejects.toMatchObject({
      code: 'RECORD_LOST',
      message: expect.stringContaining(missing) as string,
    });
  });
});
