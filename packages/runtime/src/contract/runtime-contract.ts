import { waitFor } from '@citus-ha/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Member, MemberDefinition, Runtime, RuntimeEvent } from '../runtime.js';
import { shellPrograms, type ContractPrograms } from './programs.js';

/** One empty cluster under test. */
export interface ContractSubject {
  readonly runtime: Runtime;
  /** Another instance on the same cluster, as a second command would have. */
  readonly another: () => Promise<Runtime>;
  /** Leaves nothing behind, whatever a test did. */
  readonly dispose: () => Promise<void>;
}

export interface RuntimeContractOptions {
  readonly name: string;
  readonly create: () => Promise<ContractSubject>;
  /** {@link shellPrograms} unless told. */
  readonly programs?: ContractPrograms;
  /** Makes the record of an ended member look as if its pid now belonged to another process; where pids are names at all. */
  readonly reusePid?: (subject: ContractSubject, member: string) => Promise<void>;
}

/** Declares the tests of everything that the port promises; call it in a test file of an adapter. */
export function runtimeContract({ name, create, programs = shellPrograms, reusePid }: RuntimeContractOptions): void {
  describe(`${name} keeps the runtime's contract`, () => {
    let subject: ContractSubject;
    let runtime: Runtime;

    beforeEach(async () => {
      subject = await create();
      runtime = subject.runtime;
    });
    afterEach(() => subject.dispose());

    async function started(member: string, program: keyof ContractPrograms = 'calm'): Promise<Member> {
      await runtime.create(definition(member, programs[program]));
      const running = await runtime.start(member);
      await lineOf(runtime, member, { calm: 'line 5', stubborn: 'ready', failing: 'broken' }[program]);
      return running;
    }

    it('creates a member without starting it, and tells whether a definition is new', async () => {
      const alpha = definition('alpha', programs.calm);
      expect(await runtime.create(alpha)).toEqual({ changed: true });
      expect(await runtime.create(alpha)).toEqual({ changed: false });
      expect(await runtime.create({ ...alpha, ports: { postgres: 5433 } })).toEqual({ changed: true });
      expect(await runtime.members()).toMatchObject([
        { name: 'alpha', kind: 'worker', group: 1, ports: { postgres: 5433 }, state: 'created', intent: 'running' },
      ]);
    });

    it('names the known members when asked for an unknown one', async () => {
      await runtime.create(definition('alpha', programs.calm));
      const error = { code: 'MEMBER_UNKNOWN', fix: expect.stringContaining('alpha') };
      await expect(runtime.member('omega')).rejects.toMatchObject(error);
      await expect(runtime.start('omega')).rejects.toMatchObject(error);
      await expect(runtime.stop('omega')).rejects.toMatchObject(error);
      await expect(collect(runtime.logs('omega'))).rejects.toMatchObject(error);
    });

    it('gives every member an address of its own', async () => {
      await runtime.create(definition('alpha', programs.calm));
      await runtime.create(definition('beta', programs.calm));
      const addresses = (await runtime.members()).map(({ address }) => address);
      expect(new Set(addresses).size).toBe(2);
    });

    it('starts a member that runs already only once', async () => {
      const first = await started('alpha');
      expect(first).toMatchObject({ state: 'running', intent: 'running' });
      expect((await runtime.start('alpha')).incarnation?.id).toBe(first.incarnation?.id);
      expect(await collect(runtime.logs('alpha'))).toHaveLength(5);
    });

    it('starts a member only once when two commands do so at the same time', async () => {
      await runtime.create(definition('alpha', programs.calm));
      const other = await subject.another();
      const lives = await Promise.all([runtime.start('alpha'), other.start('alpha')]);
      expect(new Set(lives.map(({ incarnation }) => incarnation?.id)).size).toBe(1);
    });

    it('lets a member end in its own way when it stops it, and keeps that intent', async () => {
      await started('alpha');
      await runtime.stop('alpha');
      expect(await collect(runtime.logs('alpha'))).toContain('bye');
      expect(await runtime.member('alpha')).toMatchObject({
        state: 'exited',
        intent: 'stopped',
        incarnation: { exitCode: 0 },
      });
      await runtime.stop('alpha');
    });

    it('kills a member that does not stop in time', async () => {
      await started('alpha', 'stubborn');
      await runtime.stop('alpha', { timeoutMs: 100 });
      expect(await runtime.member('alpha')).toMatchObject({ state: 'exited', intent: 'stopped' });
    });

    it('kills a member without changing what the user wants of it', async () => {
      await started('alpha');
      await runtime.kill('alpha');
      expect(await runtime.member('alpha')).toMatchObject({ state: 'exited', intent: 'running' });
      expect(await collect(runtime.logs('alpha'))).not.toContain('bye');
    });

    it('knows how a member ended by itself', async () => {
      await started('alpha', 'failing');
      const ended = await stateOf(runtime, 'alpha', 'exited', (member) => member.incarnation?.exitCode !== undefined);
      expect(ended.incarnation?.exitCode).toBe(7);
    });

    it('names each life of a member differently', async () => {
      const first = await started('alpha');
      await runtime.kill('alpha');
      const second = await runtime.start('alpha');
      expect(second.state).toBe('running');
      expect(second.incarnation?.id).not.toBe(first.incarnation?.id);
      expect(second.address).toBe(first.address);
    });

    it('pauses and resumes a member, and can stop a paused one', async () => {
      const first = await started('alpha');
      await runtime.pause('alpha');
      expect((await runtime.member('alpha')).state).toBe('paused');
      await runtime.resume('alpha');
      expect(await runtime.member('alpha')).toMatchObject({
        state: 'running',
        incarnation: { id: first.incarnation?.id },
      });
      await runtime.pause('alpha');
      await runtime.stop('alpha');
      expect((await runtime.member('alpha')).state).toBe('exited');
    });

    it('runs a command in a member and answers its exit code and output', async () => {
      await started('alpha');
      const command = ['sh', '-c', 'cat; echo "$GREETING" >&2; exit 3'];
      expect(await runtime.exec('alpha', command, { input: 'two\nlines\n', env: { GREETING: 'hello' } })).toEqual({
        exitCode: 3,
        stdout: 'two\nlines\n',
        stderr: 'hello\n',
      });
    });

    it('ends a command when its signal says so', async () => {
      await started('alpha');
      const signal = AbortSignal.timeout(100);
      const thrown: unknown = await runtime.exec('alpha', ['sleep', '60'], { signal }).catch((error: unknown) => error);
      expect(thrown).toBe(signal.reason);
    });

    it('runs no command in a member that does not run', async () => {
      await runtime.create(definition('alpha', programs.calm));
      await expect(runtime.exec('alpha', ['true'])).rejects.toMatchObject({
        code: 'MEMBER_NOT_RUNNING',
        member: 'alpha',
      });
    });

    it('keeps the output of a member that has ended', async () => {
      await started('alpha');
      await runtime.kill('alpha');
      expect(await collect(runtime.logs('alpha'))).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
      expect(await collect(runtime.logs('alpha', { tail: 2 }))).toEqual(['line 4', 'line 5']);
    });

    it('follows the output of a member until the signal', async () => {
      await started('alpha');
      const control = new AbortController();
      const lines: string[] = [];
      const following = (async () => {
        for await (const line of runtime.logs('alpha', { follow: true, tail: 1, signal: control.signal })) {
          lines.push(line);
          if (line === 'bye') control.abort();
        }
      })();
      await waitFor({ what: 'the last line', timeoutMs: 5000, probe: () => lines.length === 1 });
      await runtime.stop('alpha');
      await following;
      expect(lines).toEqual(['line 5', 'bye']);
    });

    it('tells of starts and ends as they happen', async () => {
      await runtime.create(definition('alpha', programs.calm));
      const control = new AbortController();
      const seen: RuntimeEvent['type'][] = [];
      const watching = (async () => {
        for await (const { type, member } of runtime.events({ signal: control.signal })) {
          if (member === 'alpha') seen.push(type);
        }
      })();
      const sees = (count: number) =>
        waitFor({
          what: `${count} events`,
          timeoutMs: 5000,
          intervalMs: 10,
          lastSeen: () => seen.join(),
          probe: () => seen.length === count,
        });
      await runtime.start('alpha');
      await sees(1);
      await runtime.pause('alpha');
      await sees(2);
      await runtime.resume('alpha');
      await sees(3);
      await runtime.kill('alpha');
      await sees(4);
      control.abort();
      await watching;
      expect(seen).toEqual(['started', 'paused', 'resumed', 'exited']);
    });

    it('hands a running member over to another instance', async () => {
      const { incarnation } = await started('alpha');
      const other = await subject.another();
      expect(await other.member('alpha')).toMatchObject({ state: 'running', incarnation: { id: incarnation?.id } });
      expect((await other.start('alpha')).incarnation?.id).toBe(incarnation?.id);
      await other.stop('alpha');
      expect(await runtime.member('alpha')).toMatchObject({ state: 'exited', intent: 'stopped' });
    });

    it.skipIf(reusePid === undefined)('takes no other process for a member that has ended', async () => {
      await started('alpha');
      await runtime.kill('alpha');
      await reusePid?.(subject, 'alpha');
      expect((await runtime.member('alpha')).state).toBe('exited');
      await runtime.kill('alpha');
      await runtime.stop('alpha');
      expect((await runtime.start('alpha')).state).toBe('running');
    });

    it('runs one task at a time for a member, across instances', async () => {
      await runtime.create(definition('alpha', programs.calm));
      const other = await subject.another();
      let inside = 0;
      let most = 0;
      const task = async () => {
        most = Math.max(most, (inside += 1));
        await runtime.members();
        inside -= 1;
      };
      await Promise.all([runtime, other, runtime, other].map((instance) => instance.withLock('alpha', task)));
      expect(most).toBe(1);
      await expect(runtime.withLock('alpha', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
      expect(await other.withLock('alpha', async () => 'free again')).toBe('free again');
    });

    it('stores documents for every instance', async () => {
      const other = await subject.another();
      expect(await runtime.store.read('secrets')).toBeUndefined();
      await runtime.store.write('secrets', 'first');
      await runtime.store.write('secrets', 'second');
      expect(await other.store.read('secrets')).toBe('second');
      await other.store.remove('secrets');
      expect(await runtime.store.read('secrets')).toBeUndefined();
    });

    it('removes one member and leaves the others', async () => {
      await started('alpha');
      await started('beta');
      await runtime.remove('alpha', { data: true });
      await runtime.remove('alpha', { data: true });
      expect(await runtime.members()).toMatchObject([{ name: 'beta', state: 'running' }]);
    });

    it('keeps addresses and store when it is destroyed without data', async () => {
      const { address } = await started('beta');
      await runtime.store.write('secrets', 'kept');
      await runtime.destroy({ data: false });
      const other = await subject.another();
      expect(await other.members()).toEqual([]);
      expect(await other.store.read('secrets')).toBe('kept');
      await other.create(definition('alpha', programs.calm));
      await other.create(definition('beta', programs.calm));
      expect((await other.member('beta')).address).toBe(address);
    });

    it('leaves nothing when it is destroyed with data, and can be destroyed again', async () => {
      await started('alpha');
      await runtime.store.write('secrets', 'gone');
      await runtime.destroy({ data: true });
      await runtime.destroy({ data: true });
      expect(await runtime.members()).toEqual([]);
      expect(await runtime.store.read('secrets')).toBeUndefined();
    });
  });
}

function definition(name: string, command: readonly string[]): MemberDefinition {
  return { name, kind: 'worker', group: 1, command, env: {}, files: [], ports: { postgres: 5432 } };
}

async function collect(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

function lineOf(runtime: Runtime, member: string, text: string): Promise<true | undefined> {
  const probe = async () => (await collect(runtime.logs(member))).includes(text) || undefined;
  return waitFor({ what: `${member} to print "${text}"`, timeoutMs: 10_000, intervalMs: 20, probe });
}

function stateOf(
  runtime: Runtime,
  name: string,
  state: Member['state'],
  also: (member: Member) => boolean,
): Promise<Member> {
  const probe = async () => {
    const member = await runtime.member(name);
    return member.state === state && also(member) && member;
  };
  return waitFor({ what: `${name} to be ${state}`, timeoutMs: 10_000, intervalMs: 20, probe });
}
