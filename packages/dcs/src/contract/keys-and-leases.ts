import { expect, it } from 'vitest';
import type { DcsSuite } from './contract-suite.js';

/** What the port promises of keys, their revisions, and the leases they hang on. */
export function keysAndLeases(suite: DcsSuite): void {
  it('has no key that nobody has written', async () => {
    expect(await suite.dcs.get('/none')).toBeUndefined();
  });

  it('keeps the revision in which a key was made, and counts those in which it was changed', async () => {
    const { dcs } = suite;
    await dcs.put('/counted', 'ä');
    const first = await dcs.get('/counted');
    expect(first).toMatchObject({ key: '/counted', value: 'ä', lease: '0', createRevision: first?.modRevision });
    await dcs.put('/counted', '');
    const second = await dcs.get('/counted');
    expect(second).toMatchObject({ value: '', createRevision: first?.createRevision });
    expect(Number(second?.modRevision)).toBeGreaterThan(Number(first?.modRevision));
  });

  it('lists the keys that begin so in their order, and no others', async () => {
    const { dcs } = suite;
    for (const key of ['/service/b', '/services', '/service/a/initialize', '/servic']) await dcs.put(key, '1');
    expect(await dcs.keys('/service/')).toEqual(['/service/a/initialize', '/service/b']);
  });

  it('deletes the keys of a lease that has run out, and no others', async () => {
    const { dcs, subject } = suite;
    const [short, long] = [await dcs.grantLease(2), await dcs.grantLease(60)];
    expect(short).not.toBe(long);
    const success = [
      { put: '/leased/short', value: '', lease: short },
      { put: '/leased/long', value: '', lease: long },
      { put: '/leased/rewritten', value: '', lease: short },
    ];
    expect(await dcs.txn({ compare: [], success })).toBe(true);
    expect(await dcs.get('/leased/short')).toMatchObject({ lease: short });
    await dcs.put('/leased/rewritten', 'by someone without a lease');
    await subject.until('the lease to run out', async () => (await dcs.get('/leased/short')) === undefined);
    expect(await dcs.keys('/leased/')).toEqual(['/leased/long', '/leased/rewritten']);
    await expect(dcs.txn({ compare: [], success: success.slice(0, 1) })).rejects.toMatchObject({
      code: 'ETCD_REFUSED',
      message: expect.stringContaining('requested lease not found') as string,
    });
  });

  it('is healthy, and has room', async () => {
    const [health, ...others] = await suite.dcs.health();
    expect(others).toEqual([]);
    expect(health).toMatchObject({ endpoint: suite.dcs.endpoints[0], healthy: true, problem: null, alarms: [] });
    expect(health?.usedBytes).toBeGreaterThan(0);
    await suite.dcs.makeRoom();
  });

  it('does nothing once it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(suite.dcs.put('/aborted', '', { signal })).rejects.toThrow('enough');
    await expect(suite.dcs.health({ signal })).rejects.toThrow('enough');
    expect(await suite.dcs.get('/aborted')).toBeUndefined();
  });
}
