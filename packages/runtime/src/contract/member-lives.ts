import { waitFor } from '@citus-ha/core';
import { expect, it } from 'vitest';
import { collect, definition, stateOf, type ContractSuite } from './contract-suite.js';

/** What the port promises of one member's beginnings and ends. */
export function memberLives(suite: ContractSuite): void {
  it('creates a member without starting it, and tells whether a definition is new', async () => {
    const alpha = definition('alpha', suite.programs.calm);
    expect(await suite.runtime.create(alpha)).toEqual({ changed: true });
    expect(await suite.runtime.create(alpha)).toEqual({ changed: false });
    expect(await suite.runtime.create({ ...alpha, ports: { postgres: 5433 } })).toEqual({ changed: true });
    expect(await suite.runtime.members()).toMatchObject([
      { name: 'alpha', kind: 'worker', group: 1, ports: { postgres: 5433 }, state: 'created', intent: 'running' },
    ]);
  });

  it('tells of a running member whose life has another environment, until it is restarted', async () => {
    await suite.started('alpha');
    const alpha = definition('alpha', suite.programs.calm);
    const { incarnation } = await suite.runtime.member('alpha');
    const create = () => suite.runtime.create({ ...alpha, env: { COLOUR: 'red' } });
    const isStale = async () => {
      const { stale = false } = await create();
      // Where an environment cannot be changed, the new definition began a new life at once.
      return stale || (await suite.runtime.member('alpha')).incarnation?.id !== incarnation?.id;
    };
    expect(await isStale()).toBe(true);
    expect(await isStale()).toBe(true);
    await suite.runtime.stop('alpha');
    await suite.runtime.start('alpha');
    expect(await create()).toEqual({ changed: false });
  });

  it('names the known members when asked for an unknown one', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const error = { code: 'MEMBER_UNKNOWN', fix: expect.stringContaining('alpha') };
    await expect(suite.runtime.member('omega')).rejects.toMatchObject(error);
    await expect(suite.runtime.start('omega')).rejects.toMatchObject(error);
    await expect(suite.runtime.stop('omega')).rejects.toMatchObject(error);
    await expect(collect(suite.runtime.logs('omega'))).rejects.toMatchObject(error);
  });

  it('gives every member an address of its own', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    await suite.runtime.create(definition('beta', suite.programs.calm));
    const addresses = (await suite.runtime.members()).map(({ address }) => address);
    expect(new Set(addresses).size).toBe(2);
  });

  it('starts a member that runs already only once', async () => {
    const first = await suite.started('alpha');
    expect(first).toMatchObject({ state: 'running', intent: 'running' });
    expect((await suite.runtime.start('alpha')).incarnation?.id).toBe(first.incarnation?.id);
    expect(await collect(suite.runtime.logs('alpha'))).toHaveLength(5);
  });

  it('lets a member end in its own way when it stops it, and keeps that intent', async () => {
    await suite.started('alpha');
    await suite.runtime.stop('alpha');
    expect(await collect(suite.runtime.logs('alpha'))).toContain('bye');
    expect(await suite.runtime.member('alpha')).toMatchObject({
      state: 'exited',
      intent: 'stopped',
      incarnation: { exitCode: 0 },
    });
    await suite.runtime.stop('alpha');
  });

  it('stops a member that has only just been started, without having to kill it', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    await suite.runtime.start('alpha');
    await suite.runtime.stop('alpha', { timeoutMs: 30_000 });
    const { state, incarnation } = await suite.runtime.member('alpha');
    expect(state).toBe('exited');
    expect(incarnation?.exitCode).not.toBe(137);
  });

  it('kills a member that does not stop in time', async () => {
    await suite.started('alpha', 'stubborn');
    await suite.runtime.stop('alpha', { timeoutMs: 100 });
    expect(await suite.runtime.member('alpha')).toMatchObject({ state: 'exited', intent: 'stopped' });
  });

  it('kills a member without changing what the user wants of it', async () => {
    await suite.started('alpha');
    await suite.runtime.kill('alpha');
    expect(await suite.runtime.member('alpha')).toMatchObject({ state: 'exited', intent: 'running' });
    expect(await collect(suite.runtime.logs('alpha'))).not.toContain('bye');
  });

  it('knows how a member ended by itself', async () => {
    await suite.started('alpha', 'failing');
    const ended = await stateOf(
      suite.runtime,
      'alpha',
      'exited',
      (member) => member.incarnation?.exitCode !== undefined,
    );
    expect(ended.incarnation?.exitCode).toBe(7);
  });

  it('names each life of a member differently', async () => {
    const first = await suite.started('alpha');
    await suite.runtime.kill('alpha');
    const second = await suite.runtime.start('alpha');
    expect(second.state).toBe('running');
    expect(second.incarnation?.id).not.toBe(first.incarnation?.id);
    expect(second.address).toBe(first.address);
  });

  it('ends with its init alone where members are isolated', async (context) => {
    context.skip(!suite.runtime.capabilities.has('isolation'), 'members have no init of their own here');
    await suite.started('alpha');
    await suite.runtime.killOne('alpha', 'init');
    expect((await suite.runtime.member('alpha')).state).toBe('exited');
  });

  it('kills one process that a file names, and no other', async () => {
    const { runtime } = suite;
    const first = await suite.started('alpha');
    const pidFile = `/tmp/citus-ha-contract-${process.pid}`;
    const inMember = (script: string) => runtime.exec('alpha', ['sh', '-c', script, pidFile]);
    await inMember('sleep 300 </dev/null >/dev/null 2>&1 & echo $! >"$0"');
    const livesStill = async () => (await inMember('grep -q "^State:.[RS]" /proc/$(cat "$0")/status')).exitCode === 0;
    expect(await livesStill()).toBe(true);
    await runtime.killOne('alpha', { pidFile });
    await waitFor({ what: 'it to end', timeoutMs: 20_000, intervalMs: 10, probe: async () => !(await livesStill()) });
    expect(await runtime.member('alpha')).toMatchObject({
      state: 'running',
      incarnation: { id: first.incarnation?.id },
    });
    await inMember('rm "$0"');
    await expect(runtime.killOne('alpha', { pidFile })).rejects.toMatchObject({
      code: 'PROCESS_MISSING',
      member: 'alpha',
    });
  });

  it('pauses and resumes a member, and can stop a paused one', async () => {
    const first = await suite.started('alpha');
    await suite.runtime.pause('alpha');
    expect((await suite.runtime.member('alpha')).state).toBe('paused');
    await suite.runtime.resume('alpha');
    expect(await suite.runtime.member('alpha')).toMatchObject({
      state: 'running',
      incarnation: { id: first.incarnation?.id },
    });
    await suite.runtime.pause('alpha');
    await suite.runtime.stop('alpha');
    expect((await suite.runtime.member('alpha')).state).toBe('exited');
  });
}
