import { expect, it } from 'vitest';
import { definition, type ContractSuite } from './contract-suite.js';

/** What the port promises when several commands work on one cluster, and when it goes. */
export function sharedCluster(suite: ContractSuite): void {
  it('starts a member only once when two commands do so at the same time', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const other = await suite.subject.another();
    const lives = await Promise.all([suite.runtime.start('alpha'), other.start('alpha')]);
    expect(new Set(lives.map(({ incarnation }) => incarnation?.id)).size).toBe(1);
  });

  it('hands a running member over to another instance', async () => {
    const { incarnation } = await suite.started('alpha');
    const other = await suite.subject.another();
    expect(await other.member('alpha')).toMatchObject({ state: 'running', incarnation: { id: incarnation?.id } });
    expect((await other.start('alpha')).incarnation?.id).toBe(incarnation?.id);
    await other.stop('alpha');
    expect(await suite.runtime.member('alpha')).toMatchObject({ state: 'exited', intent: 'stopped' });
  });

  it.skipIf(suite.reusePid === undefined)('takes no other process for a member that has ended', async () => {
    await suite.started('alpha');
    await suite.runtime.kill('alpha');
    await suite.reusePid?.(suite.subject, 'alpha');
    expect((await suite.runtime.member('alpha')).state).toBe('exited');
    await suite.runtime.kill('alpha');
    await suite.runtime.stop('alpha');
    expect((await suite.runtime.start('alpha')).state).toBe('running');
  });

  it.skipIf(suite.hide === undefined)(
    'takes no member that cannot be seen for ended, and leaves it alone',
    async () => {
      const { runtime } = suite;
      const { incarnation } = await suite.started('alpha');
      const show = await suite.hide?.(suite.subject, 'alpha');
      expect(await runtime.member('alpha')).toMatchObject({ state: 'unknown', unseen: expect.any(String) });
      const acts = [
        () => runtime.start('alpha'),
        () => runtime.stop('alpha'),
        () => runtime.kill('alpha'),
        () => runtime.pause('alpha'),
        () => runtime.exec('alpha', ['true']),
        () => runtime.remove('alpha', { data: true }),
      ];
      for (const act of acts)
        await expect(act()).rejects.toMatchObject({ code: 'MEMBER_UNKNOWN_STATE', member: 'alpha' });
      await show?.();
      expect(await runtime.member('alpha')).toMatchObject({
        state: 'running',
        intent: 'running',
        incarnation: { id: incarnation?.id },
      });
    },
  );

  it('runs one task at a time for a member, across instances', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const other = await suite.subject.another();
    let inside = 0;
    let most = 0;
    const task = async () => {
      most = Math.max(most, (inside += 1));
      await suite.runtime.members();
      inside -= 1;
    };
    await Promise.all([suite.runtime, other, suite.runtime, other].map((instance) => instance.withLock('alpha', task)));
    expect(most).toBe(1);
    await expect(suite.runtime.withLock('alpha', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await other.withLock('alpha', async () => 'free again')).toBe('free again');
  });

  it('keeps others from changing a member while a task holds its lock, and not that task', async () => {
    await suite.started('alpha');
    const other = await suite.subject.another();
    let over = false;
    const stopped = await suite.runtime.withLock('alpha', async () => {
      const waiting = other.stop('alpha').then(() => over);
      await suite.runtime.kill('alpha');
      await suite.runtime.start('alpha');
      expect((await suite.runtime.member('alpha')).state).toBe('running');
      over = true;
      return { waiting };
    });
    expect(await stopped.waiting).toBe(true);
    expect((await suite.runtime.member('alpha')).state).toBe('exited');
  });

  it('destroys no member that a task has the lock of, as of a start under way', async () => {
    await suite.started('alpha');
    await suite.started('beta');
    const other = await suite.subject.another();
    let over = false;
    const { destroyed } = await suite.runtime.withLock('beta', async () => {
      const destroying = other.destroy({ data: false }).then(() => over);
      await suite.runtime.stop('beta');
      await suite.runtime.start('beta');
      over = true;
      return { destroyed: destroying };
    });
    expect(await destroyed).toBe(true);
    expect(await suite.runtime.members()).toEqual([]);
  });

  it('can be destroyed by two at the same time', async () => {
    for (const name of ['beta', 'alpha']) await suite.runtime.create(definition(name, suite.programs.calm));
    const other = await suite.subject.another();
    await Promise.all([suite.runtime, other].map((instance) => instance.destroy({ data: true })));
    expect(await suite.runtime.members()).toEqual([]);
  });

  it('kills the life that is meant and no other, and tells what became of each', async () => {
    const first = (await suite.started('alpha')).incarnation?.id ?? '';
    expect(await suite.runtime.observe('alpha', first)).toBe('alive');
    await suite.runtime.kill('alpha', { only: first });
    expect(await suite.runtime.observe('alpha', first)).toBe('dead');
    const second = (await suite.runtime.start('alpha')).incarnation?.id ?? '';
    await suite.runtime.kill('alpha', { only: first });
    expect((await suite.runtime.member('alpha')).state).toBe('running');
    expect(await suite.runtime.observe('alpha', second)).toBe('alive');
    expect(await suite.runtime.observe('alpha', first)).toBe('dead');
    expect(await suite.runtime.observe('omega', first)).toBe('unknown');
  });

  it('tells who waits for a lock by whom it is held, and lets them give up', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const other = await suite.subject.another();
    const giveUp = new AbortController();
    await suite.runtime.withLock('alpha', async () => {
      const holders: string[] = [];
      const onWait = (holder: string) => {
        holders.push(holder);
        giveUp.abort(new Error('given up'));
      };
      const waiting = other.withLock('alpha', () => Promise.resolve(), { signal: giveUp.signal, onWait });
      await expect(waiting).rejects.toThrow('given up');
      expect(holders).toEqual([expect.stringMatching(/process/)]);
    });
    expect(await other.withLock('alpha', async () => 'free again')).toBe('free again');
  });

  it('stores documents for every instance', async () => {
    const other = await suite.subject.another();
    expect(await suite.runtime.store.read('secrets')).toBeUndefined();
    await suite.runtime.store.write('secrets', 'first');
    await suite.runtime.store.write('secrets', 'second');
    expect(await other.store.read('secrets')).toBe('second');
    await other.store.remove('secrets');
    expect(await suite.runtime.store.read('secrets')).toBeUndefined();
  });

  it('removes one member and leaves the others', async () => {
    await suite.started('alpha');
    await suite.started('beta');
    await suite.runtime.remove('alpha', { data: true });
    await suite.runtime.remove('alpha', { data: true });
    expect(await suite.runtime.members()).toMatchObject([{ name: 'beta', state: 'running' }]);
  });

  it('keeps addresses and store when it is destroyed without data', async () => {
    const { address } = await suite.started('beta');
    await suite.runtime.store.write('secrets', 'kept');
    await suite.runtime.destroy({ data: false });
    const other = await suite.subject.another();
    expect(await other.members()).toEqual([]);
    expect(await other.store.read('secrets')).toBe('kept');
    await other.create(definition('alpha', suite.programs.calm));
    await other.create(definition('beta', suite.programs.calm));
    expect((await other.member('beta')).address).toBe(address);
  });

  it('leaves nothing when it is destroyed with data, and can be destroyed again', async () => {
    await suite.started('alpha');
    await suite.runtime.store.write('secrets', 'gone');
    await suite.runtime.destroy({ data: true });
    await suite.runtime.destroy({ data: true });
    expect(await suite.runtime.members()).toEqual([]);
    expect(await suite.runtime.store.read('secrets')).toBeUndefined();
  });
}
