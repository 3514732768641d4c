import { waitFor } from '@citus-ha/core';
import { expect, it } from 'vitest';
import type { RuntimeEvent } from '../runtime.js';
import { collect, definition, type ContractSuite } from './contract-suite.js';

/** What the port promises of commands, logs and events. */
export function memberOutput(suite: ContractSuite): void {
  it('runs a command in a member and answers its exit code and output', async () => {
    await suite.started('alpha');
    const command = ['sh', '-c', 'cat; echo "$GREETING" >&2; exit 3'];
    expect(await suite.runtime.exec('alpha', command, { input: 'two\nlines\n', env: { GREETING: 'hello' } })).toEqual({
      exitCode: 3,
      stdout: 'two\nlines\n',
      stderr: 'hello\n',
    });
  });

  it('ends a command when its signal says so', async () => {
    await suite.started('alpha');
    const signal = AbortSignal.timeout(100);
    const thrown: unknown = await suite.runtime
      .exec('alpha', ['sleep', '60'], { signal })
      .catch((error: unknown) => error);
    expect(thrown).toBe(signal.reason);
  });

  it('reads the files that a member was given, also where it does not run', async () => {
    const path = suite.subject.filePath?.('alpha') ?? '/tmp/contract';
    const files = [{ path, content: 'written\n', mode: 0o600 }];
    await suite.runtime.create({ ...definition('alpha', suite.programs.calm), files });
    expect(await suite.runtime.readFile('alpha', path)).toBe('written\n');
    expect(await suite.runtime.readFile('alpha', `${path}.none`)).toBeUndefined();
    await expect(suite.runtime.readFile('omega', path)).rejects.toMatchObject({ code: 'MEMBER_UNKNOWN' });
  });

  it('runs no command in a member that does not run', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    await expect(suite.runtime.exec('alpha', ['true'])).rejects.toMatchObject({
      code: 'MEMBER_NOT_RUNNING',
      member: 'alpha',
    });
  });

  it('keeps the output of a member that has ended', async () => {
    await suite.started('alpha');
    await suite.runtime.kill('alpha');
    expect(await collect(suite.runtime.logs('alpha'))).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
    expect(await collect(suite.runtime.logs('alpha', { tail: 2 }))).toEqual(['line 4', 'line 5']);
  });

  it('follows the output of a member until the signal', async () => {
    await suite.started('alpha');
    const control = new AbortController();
    const lines: string[] = [];
    const following = (async () => {
      for await (const line of suite.runtime.logs('alpha', { follow: true, tail: 1, signal: control.signal })) {
        lines.push(line);
        if (line === 'bye') control.abort();
      }
    })();
    await waitFor({ what: 'the last line', timeoutMs: 30_000, probe: () => lines.length === 1 });
    await suite.runtime.stop('alpha');
    await following;
    expect(lines).toEqual(['line 5', 'bye']);
  });

  it('tells of starts and ends as they happen, and of which life', async () => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const alpha = watch();
    const { incarnation } = await suite.runtime.start('alpha');
    await alpha.sees(1);
    await suite.runtime.pause('alpha');
    await alpha.sees(2);
    await suite.runtime.resume('alpha');
    await alpha.sees(3);
    await suite.runtime.kill('alpha');
    const types = ['started', 'paused', 'resumed', 'exited'] as const;
    expect(await alpha.ends(4)).toEqual(types.map((type) => [type, incarnation?.id]));
  });

  it('tells the end of the life that ended, where the next one has begun by then', async () => {
    const first = await suite.started('alpha');
    const alpha = watch();
    await suite.runtime.kill('alpha');
    const second = await suite.runtime.start('alpha');
    expect(await alpha.ends(2)).toEqual([
      ['exited', first.incarnation?.id],
      ['started', second.incarnation?.id],
    ]);
  });

  function watch() {
    const control = new AbortController();
    const seen: (readonly [RuntimeEvent['type'], RuntimeEvent['incarnation']])[] = [];
    const watching = (async () => {
      for await (const { type, member, incarnation } of suite.runtime.events({ signal: control.signal })) {
        if (member === 'alpha') seen.push([type, incarnation]);
      }
    })();
    const sees = (count: number) =>
      waitFor({
        what: `${count} events`,
        timeoutMs: 30_000,
        intervalMs: 10,
        lastSeen: () => seen.join(),
        probe: () => seen.length === count,
      });
    const ends = async (count: number) => {
      await sees(count);
      control.abort();
      await watching;
      return seen;
    };
    return { sees, ends };
  }
}
