import { expect, it } from 'vitest';
import type { Comparison } from '../dcs.js';
import type { EtcdKey } from '../etcd-key.js';
import type { DcsSuite } from './contract-suite.js';

/** What the port promises of transactions. */
export function transactions(suite: DcsSuite): void {
  const written = async (key: string): Promise<EtcdKey> => {
    await suite.dcs.put(key, 'before');
    const found = await suite.dcs.get(key);
    if (!found) throw new Error('the key was just written');
    return found;
  };
  const put = (compare: readonly Comparison[], key: string) =>
    suite.dcs.txn({ compare, success: [{ put: key, value: 'after' }] });

  it('makes all of its changes in one revision', async () => {
    await written('/txn/doomed');
    const success = [
      { put: '/txn/a', value: '1' },
      { put: '/txn/b', value: '2' },
      { delete: '/txn/doomed' },
      { delete: '/txn/none' },
    ];
    expect(await suite.dcs.txn({ compare: [], success })).toBe(true);
    const [a, b] = [await suite.dcs.get('/txn/a'), await suite.dcs.get('/txn/b')];
    expect(a?.modRevision).toBe(b?.modRevision);
    expect(await suite.dcs.keys('/txn/')).toEqual(['/txn/a', '/txn/b']);
  });

  it('makes none of its changes unless every comparison holds', async () => {
    const read = await written('/compared');
    const { key, value, createRevision, modRevision, lease } = read;
    const stale = [{ value: 'other' }, { createRevision: '0' }, { modRevision: '1' }, { lease: '7' }];
    for (const one of stale) {
      expect(await put([{ ...read, ...one }], key)).toBe(false);
      expect(
        await put(
          [
            { key: '/uncompared', createRevision: '0' },
            { key, ...one },
          ],
          '/uncompared',
        ),
      ).toBe(false);
    }
    expect(await suite.dcs.get('/uncompared')).toBeUndefined();
    expect(await suite.dcs.get(key)).toEqual(read);
    expect(await put([{ key, value, createRevision, modRevision, lease }], key)).toBe(true);
    expect(await suite.dcs.get(key)).toMatchObject({ value: 'after', createRevision });
  });

  it('takes an absent key for one whose numbers are 0, and that has no value', async () => {
    const key = '/absent';
    expect(await put([{ key, value: '' }], key)).toBe(false);
    expect(await put([{ key, createRevision: '0', modRevision: '0', lease: '0' }], key)).toBe(true);
    expect(await put([{ key, createRevision: '0' }], key)).toBe(false);
  });

  it('refuses to put a key twice', async () => {
    const success = [
      { put: '/twice', value: '1' },
      { put: '/twice', value: '2' },
    ];
    await expect(suite.dcs.txn({ compare: [], success })).rejects.toMatchObject({ code: 'ETCD_REFUSED' });
    expect(await suite.dcs.get('/twice')).toBeUndefined();
  });

  it('deletes keys while their guard is as it was read', async () => {
    const read = await written('/guarded/leader');
    await written('/guarded/members/a');
    await suite.dcs.put(read.key, read.value);
    expect(await suite.dcs.deleteIfUnchanged(read, [read.key])).toBe('refused');
    const again = await written(read.key);
    expect(await suite.dcs.deleteIfUnchanged(again, [read.key, '/guarded/members/a'])).toBe('done');
    expect(await suite.dcs.keys('/guarded/')).toEqual([]);
    expect(await suite.dcs.deleteIfUnchanged(again, [read.key])).toBe('refused');
  });

  it('writes a key as it deletes others', async () => {
    const lease = await suite.dcs.grantLease(60);
    const leader = await written('/guarded/leader');
    const puts = [{ put: '/guarded/members/a', value: '{}', lease }];
    expect(await suite.dcs.deleteIfUnchanged({ ...leader, value: 'another' }, [leader.key], { puts })).toBe('refused');
    expect(await suite.dcs.get('/guarded/members/a')).toBeUndefined();
    expect(await suite.dcs.deleteIfUnchanged(leader, [leader.key], { puts })).toBe('done');
    expect(await suite.dcs.get('/guarded/members/a')).toMatchObject({ value: '{}', lease });
    await suite.dcs.deleteIfUnchanged(await written('/guarded/leader'), ['/guarded/leader', '/guarded/members/a']);
  });

  it('deletes no key once any guard has changed', async () => {
    const leader = await written('/guarded/leader');
    const config = await written('/guarded/config');
    await suite.dcs.put(config.key, 'paused');
    expect(await suite.dcs.deleteIfUnchanged([leader, config], [leader.key])).toBe('refused');
    const now = await suite.dcs.get(config.key);
    expect(now && (await suite.dcs.deleteIfUnchanged([leader, now], [leader.key]))).toBe('done');
    expect(await suite.dcs.keys('/guarded/')).toEqual([config.key]);
  });
}
