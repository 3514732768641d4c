import { expect, it } from 'vitest';
import type { DcsSuite } from './contract-suite.js';

const root = { user: 'root', password: 'secret' };
const lab = { user: 'patroni-lab', password: 'lab', folder: '/lab' };

/** What the port promises of users; at the end etcd is closed. */
export function users(suite: DcsSuite): void {
  it('takes no login, and asks nobody for one, until it is closed', async () => {
    const { dcs, subject } = suite;
    await expect(dcs.closeToStrangers()).rejects.toMatchObject({ code: 'ETCD_REFUSED' });
    await dcs.makeUser({ ...root, password: 'of a run that was interrupted' });
    await dcs.makeUser(root);
    await dcs.makeUser(lab);
    expect(await dcs.tryLogin(root)).toEqual({ closed: false, taken: false });
    await subject.as({ user: 'root', password: 'guessed' }).put('/open', '');
  });

  it('takes the passwords that it was last given once it is closed', async () => {
    await suite.subject.as(root).closeToStrangers();
    for (const [login, taken] of [
      [root, true],
      [lab, true],
      [{ ...root, password: 'of a run that was interrupted' }, false],
      [{ user: 'nobody', password: '' }, false],
    ] as const) {
      expect(await suite.dcs.tryLogin(login)).toEqual({ closed: true, taken });
    }
  });

  it('refuses strangers, but tells them how it is', async () => {
    const guessing = suite.subject.as({ user: 'root', password: 'guessed' });
    for (const [stranger, code] of [
      [suite.dcs, 'ETCD_REFUSED'],
      [guessing, 'ETCD_LOGIN_REFUSED'],
    ] as const) {
      await expect(stranger.get('/open')).rejects.toMatchObject({ code });
      await expect(stranger.put('/open', '')).rejects.toMatchObject({ code });
      await expect(stranger.txn({ compare: [], success: [{ delete: '/open' }] })).rejects.toMatchObject({ code });
      await expect(stranger.makeUser(root)).rejects.toMatchObject({ code });
    }
    expect(await suite.dcs.health()).toMatchObject([{ healthy: true }]);
  });

  it("lets a user have the keys of its folder, and root everyone's", async () => {
    const patroni = suite.subject.as(lab);
    await patroni.put('/lab/leader', 'coord-1');
    expect(await patroni.keys('/lab/')).toEqual(['/lab/leader']);
    const denied = { code: 'ETCD_REFUSED', message: expect.stringContaining('permission denied') as string };
    for (const key of ['/open', '/lab', '/lab0', '/lab-2/leader']) {
      await expect(patroni.get(key)).rejects.toMatchObject(denied);
      await expect(patroni.put(key, '')).rejects.toMatchObject(denied);
    }
    await expect(patroni.keys('/')).rejects.toMatchObject(denied);
    await expect(patroni.makeUser({ ...lab, folder: '/' })).rejects.toMatchObject(denied);
    expect(await suite.subject.as(root).get('/lab/leader')).toMatchObject({ value: 'coord-1' });
  });
}
