import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, readlink, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { livingProcesses, type ProcessStat } from './process-table.js';
import { testCluster, testMember, type TestCluster } from './testing/test-cluster.js';

/** Of this run alone: others may be under way on the same machine. */
const marker = `4242.${process.pid}`;

/** The processes that the test has members start. */
async function sleepers(): Promise<readonly ProcessStat[]> {
  const all = await livingProcesses();
  const commands = await Promise.all(all.map(({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return all.filter((_, index) => commands[index] === `sleep\0${marker}\0`);
}

describe('a local member', () => {
  let cluster: TestCluster;

  beforeEach(async () => {
    cluster = await testCluster();
  });
  afterEach(() => cluster.dispose());

  it('takes everything it has started with it, however deep', async (context) => {
    const { runtime } = cluster;
    context.skip(!runtime.capabilities.has('isolation'), 'namespaces are not permitted here');
    const command = ['sh', '-c', `setsid sh -c 'sleep ${marker} & sleep ${marker}' & sleep ${marker}`];
    await runtime.create(testMember('alpha', { command }));
    const { incarnation } = await runtime.start('alpha');
    await waitFor({ what: 'three sleeps', timeoutMs: 20_000, probe: async () => (await sleepers()).length === 3 });
    await runtime.pause('alpha');
    expect((await sleepers()).map(({ state }) => state)).toEqual(['T', 'T', 'T']);
    await runtime.resume('alpha');
    process.kill(incarnation?.pid ?? 0, 'SIGKILL');
    await waitFor({
      what: 'the end of all',
      timeoutMs: 20_000,
      intervalMs: 10,
      probe: async () => (await sleepers()).length === 0,
    });
  });

  it('is told to have ended also where the record of another one cannot be read', async () => {
    const { runtime, path } = cluster;
    for (const name of ['alpha', 'beta']) await runtime.create(testMember(name));
    const { incarnation } = await runtime.start('alpha');
    await writeFile(join(path, 'members', 'beta', 'member.json'), '{');
    const over = new AbortController();
    const events = runtime.events({ signal: over.signal })[Symbol.asyncIterator]();
    const first = events.next();
    await runtime.kill('alpha');
    expect((await first).value).toMatchObject({ type: 'exited', member: 'alpha', incarnation: incarnation?.id });
    over.abort();
    await rm(join(path, 'members', 'beta', 'member.json'));
  });

  it('is called neither dead nor alive from another PID namespace, until its end is proven there', async (context) => {
    context.skip(!cluster.runtime.capabilities.has('isolation'), 'namespaces are not permitted here');
    await cluster.runtime.create(testMember('alpha'));
    await cluster.runtime.start('alpha');
    const script = `
      const { createLocalRuntime } = await import('@citus-ha/runtime-local');
      const runtime = await createLocalRuntime(${JSON.stringify({ cluster: 'test', stateHome: cluster.stateHome })});
      const { state } = await runtime.member('alpha');
      const acts = state === 'unknown' ? [runtime.start('alpha'), runtime.kill('alpha')] : [];
      const tried = await Promise.allSettled(acts);
      console.log([state, ...tried.map(({ reason }) => reason?.code)].join(' '));`;
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user'];
    const program = [process.execPath, '--input-type=module', '--eval', script];
    const look = async () => {
      const args = [...user, '--pid', '--fork', '--mount-proc', ...program];
      return (await execa('unshare', args, { cwd: import.meta.dirname })).stdout;
    };
    expect(await look()).toBe('unknown MEMBER_UNKNOWN_STATE MEMBER_UNKNOWN_STATE');
    expect((await cluster.runtime.member('alpha')).state).toBe('running');
    await cluster.runtime.kill('alpha');
    expect(await look()).toBe('exited');
  });

  it('outlives the command that started it, killed as soon as it has', async () => {
    await cluster.runtime.create(testMember('alpha'));
    const script = `
      const { createLocalRuntime } = await import('@citus-ha/runtime-local');
      const runtime = await createLocalRuntime(${JSON.stringify({ cluster: 'test', stateHome: cluster.stateHome })});
      await runtime.start('alpha');
      process.kill(process.pid, 'SIGKILL');`;
    const command = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname });
    expect(await once(command, 'exit')).toEqual([null, 'SIGKILL']);
    const adopted = await cluster.runtime.member('alpha');
    expect(adopted.state).toBe('running');
    expect((await cluster.runtime.start('alpha')).incarnation).toEqual(adopted.incarnation);
  });

  it('begins a new life though the keeper of its last one ends late', async () => {
    const { runtime, path } = cluster;
    await runtime.create(testMember('alpha'));
    const before = await runtime.start('alpha');
    const life = await readFile(join(path, 'members/alpha/life'), 'utf8');
    const keeper = Number.parseInt(life.split('\n')[2] ?? '', 10);
    process.kill(keeper, 'SIGSTOP');
    process.kill(before.incarnation?.pid ?? 0, 'SIGKILL');
    await waitFor({
      what: 'its end',
      timeoutMs: 20_000,
      probe: async () => (await runtime.member('alpha')).state === 'exited',
    });
    const started = runtime.start('alpha');
    setTimeout(() => process.kill(keeper, 'SIGCONT'), 400);
    const { state, incarnation } = await started;
    expect(state).toBe('running');
    expect(incarnation?.id).not.toBe(before.incarnation?.id);
  });

  it('does not live in the folder of its data', async () => {
    const { runtime, path } = cluster;
    await runtime.create(testMember('alpha'));
    const { incarnation } = await runtime.start('alpha');
    await rm(join(path, 'members/alpha/data'), { recursive: true });
    expect(await readlink(`/proc/${incarnation?.pid}/cwd`)).toBe(join(path, 'members/alpha'));
    expect((await runtime.exec('alpha', ['pwd'])).stdout.trim()).toBe(join(path, 'members/alpha'));
  });

  it('sees its files, the names of all members, and nothing of the environment it was started from', async (context) => {
    const { runtime, path } = cluster;
    context.skip(!runtime.capabilities.has('isolation'), 'namespaces are not permitted here');
    const file = join(path, 'members/alpha/config/secret');
    await runtime.create(
      testMember('alpha', { env: { COLOUR: 'blue' }, files: [{ path: file, content: 'hidden\n', mode: 0o600 }] }),
    );
    await runtime.create(testMember('beta'));
    await runtime.start('alpha');
    const { address } = await runtime.member('beta');
    const found = await runtime.exec('alpha', [
      'sh',
      '-c',
      `cat ${file}; getent ahostsv4 beta | head -1; echo $COLOUR; env`,
    ]);
    const [secret, name, colour, ...env] = found.stdout.trimEnd().split('\n');
    expect([secret, name?.split(' ')[0], colour]).toEqual(['hidden', address, 'blue']);
    expect(new Set(env.map((line) => line.split('=')[0]))).toEqual(
      new Set(['CITUS_HA_MEMBER', 'COLOUR', 'HOME', 'LANG', 'PATH', 'PWD']),
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('reads its files and the names of members whatever the umask of who starts it', async (context) => {
    const { runtime, path } = cluster;
    context.skip(!runtime.capabilities.has('isolation'), 'namespaces are not permitted here');
    const usual = process.umask(0o077);
    try {
      const file = join(path, 'members/alpha/config/shared');
      await runtime.create(testMember('alpha', { files: [{ path: file, content: 'seen\n', mode: 0o644 }] }));
      await runtime.start('alpha');
      const read = await runtime.exec('alpha', ['sh', '-c', `cat ${file} && grep -c alpha /etc/hosts`]);
      expect(read).toMatchObject({ exitCode: 0, stdout: 'seen\n1\n' });
      expect((await stat(file)).mode & 0o777).toBe(0o644);
    } finally {
      process.umask(usual);
    }
  });

  it('refuses data of another major version before it starts anything', async () => {
    const { runtime, spec } = cluster;
    const site = await runtime.prepare({ spec, install: false });
    const dataDir = site.members['worker1']?.dataDir ?? '';
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'PG_VERSION'), '9\n');
    await expect(runtime.create(testMember('worker1'))).rejects.toMatchObject({
      code: 'DATA_VERSION',
      member: 'worker1',
      message: expect.stringContaining('PostgreSQL 9'),
    });
  });

  it('names a folder of data whose permissions PostgreSQL would refuse before it starts anything', async () => {
    const { runtime, spec } = cluster;
    const site = await runtime.prepare({ spec, install: false });
    const dataDir = site.members['worker1']?.dataDir ?? '';
    await runtime.create(testMember('worker1'));
    await mkdir(dataDir, { mode: 0o700 });
    const { uid, gid } = await stat(join(dataDir, '..'));
    const refused = {
      code: 'DATA_PERMISSION',
      member: 'worker1',
      message: expect.stringMatching(/permissions .*worker1.* are wrong/) as string,
      fix: expect.stringContaining(`chown -R ${uid}:${gid} ${dataDir} && chmod 0700 ${dataDir}`) as string,
    };
    await chown(dataDir, uid, gid);
    await writeFile(join(dataDir, 'PG_VERSION'), `${site.versions.postgres}\n`);
    await chmod(dataDir, 0o777);
    await expect(runtime.start('worker1')).rejects.toMatchObject(refused);
    expect((await runtime.member('worker1')).state).toBe('created');
    await chmod(dataDir, 0o750);
    expect((await runtime.start('worker1')).state).toBe('running');
  });

  it('names the folder of its data where that is gone', async () => {
    const { runtime, path } = cluster;
    await runtime.create(testMember('alpha'));
    const data = join(path, 'members/alpha/data');
    await rm(data, { recursive: true });
    await expect(runtime.start('alpha')).rejects.toMatchObject({
      code: 'DATA_MISSING',
      member: 'alpha',
      message: expect.stringContaining(data),
    });
  });

  it('begins a new log when the old one has grown large, and keeps that one beside it', async () => {
    const { runtime, path } = cluster;
    const log = join(path, 'members/alpha/log');
    await runtime.create(testMember('alpha', { command: ['echo', 'new'] }));
    await writeFile(log, '');
    await truncate(log, 17 * 1024 ** 2);
    await runtime.start('alpha');
    const lines = runtime.logs('alpha', { follow: true, signal: AbortSignal.timeout(20_000) });
    for await (const line of lines) if (line === 'new') break;
    expect((await stat(log)).size).toBeLessThan(100);
    expect((await stat(`${log}.1`)).size).toBe(17 * 1024 ** 2);
    for (const each of [log, `${log}.1`]) expect((await stat(each)).mode & 0o777).toBe(0o600);
  });

  it('keeps its data when it is removed without, and loses it with', async () => {
    const { runtime, path } = cluster;
    const kept = join(path, 'members/alpha/data/kept');
    await runtime.create(testMember('alpha'));
    await runtime.start('alpha');
    await runtime.exec('alpha', ['touch', kept]);
    await runtime.remove('alpha', { data: false });
    expect((await stat(kept)).isFile()).toBe(true);
    await runtime.remove('alpha', { data: true });
    await expect(stat(kept)).rejects.toThrow('ENOENT');
  });
});
