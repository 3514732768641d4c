import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Laboratory, postgresBinDir, type Beginning, type Scope } from './testing/laboratory.js';

const skipped = postgresBinDir === undefined ? ' (skipped: no PostgreSQL in /usr/lib/postgresql)' : '';

describe.skipIf(skipped !== '')(`the beginning of a member, with real etcd and servers${skipped}`, () => {
  const lab = new Laboratory();
  const begun: Beginning[] = [];
  const begin = (scope: Scope, ...member: Parameters<Scope['begin']>) => {
    const beginning = scope.begin(...member);
    begun.push(beginning);
    return beginning;
  };
  /** `old`: a copy from before; `newer`: killed while it leads; `promoted`: a copy of `old` that was promoted, then killed. */
  beforeAll(async () => {
    await lab.startEtcd();
    lab.initialize('newer');
    await lab.serveAndKill('newer', (sql) => {
      sql('CREATE TABLE t AS SELECT generate_series(1, 1000)');
      sql('CHECKPOINT');
      lab.copy('old');
      sql('INSERT INTO t SELECT generate_series(1, 20000)');
    });
    lab.run('cp', '-a', lab.dataDir('old'), lab.dataDir('promoted'));
    writeFileSync(join(lab.dataDir('promoted'), 'standby.signal'), '');
    await lab.serveAndKill('promoted', (sql) => {
      sql('SELECT pg_promote()');
      sql('INSERT INTO t VALUES (0)');
    });
  });
  afterEach(async () => {
    for (const one of begun.splice(0)) await one.end();
  });
  afterAll(() => lab.stop());

  it("deletes a leader key of the member's own name, and no other, before its program begins", async () => {
    const scope = lab.scope();
    await scope.put('leader', 'coord-1');
    await begin(scope, 'coord-2', lab.dataDir('none'), ['coord-2']).until(/became/);
    expect(await scope.get('leader')).toBe('coord-1');
    const own = begin(scope, 'coord-1', lab.dataDir('none'), ['coord-1']);
    await own.until(/became/);
    expect(own.output).toContain('deleted the leader key');
    expect(await scope.get('leader')).toBeUndefined();
  });

  it('has data to judge whose pg_control names an earlier timeline than they are on', () => {
    expect(lab.run('pg_controldata', lab.dataDir('promoted'))).toMatch(/Latest checkpoint's TimeLineID: +1$/m);
  });

  it.each([
    ['the data that go further', 'newer', 'old'],
    [
      'the later timeline, though the other one has more WAL and pg_control still names the earlier',
      'promoted',
      'newer',
    ],
    ['any data before none', 'old', 'none'],
  ])('lets %s go first, and the other one once it leads', async (_what, first, second) => {
    const scope = lab.scope();
    const stale = begin(scope, 'coord-1', lab.dataDir(second));
    await stale.until(/waits for coord-2: nothing is known of their data/);
    await begin(scope, 'coord-2', lab.dataDir(first)).until(/became/);
    await stale.until(/waits for coord-2: it holds the newest data/);
    // Patroni writes it before it leads.
    await scope.put('initialize', '1');
    await scope.put('config', '{"synchronous_mode": true}');
    expect(stale.hasBegun).toBe(false);
    await scope.put('leader', 'coord-2');
    await stale.until(/became/);
  });

  it('lets all go where nobody has data', async () => {
    const scope = lab.scope();
    const members = ['coord-1', 'coord-2'].map((name) => begin(scope, name, lab.dataDir('none')));
    for (const member of members) await member.until(/became/);
    expect(await scope.get('citus-ha/first')).toMatch(/^coord-[12]$/);
  });

  it('asks nobody where etcd knows who may lead', async () => {
    const scope = lab.scope();
    await scope.put('initialize', '1');
    await scope.put('config', '{"synchronous_mode": true}');
    await scope.put('sync', '{}');
    const member = begin(scope, 'coord-1', lab.dataDir('old'));
    await member.until(/became/);
    expect(member.output).not.toContain('holds');
  });

  it('leaves out who is missing only where that is allowed, once', async () => {
    const scope = lab.scope();
    const peers = ['coord-1', 'coord-2', 'coord-3'];
    const stale = begin(scope, 'coord-1', lab.dataDir('old'), peers);
    const newest = begin(scope, 'coord-2', lab.dataDir('newer'), peers);
    await newest.until(/waits for coord-3: nothing is known of their data/);
    await scope.put('citus-ha/allow-loss', '["coord-3"]');
    await newest.until(/became/);
    expect(await scope.get('citus-ha/allow-loss')).toBeUndefined();
    await stale.until(/waits for coord-3: nothing is known of their data$/m);
    expect(stale.hasBegun).toBe(false);
  });

  it('does not believe an etcd that was put back to what it knew before, but a leader who lives', async () => {
    const scope = lab.scope();
    await scope.put('initialize', '1');
    await scope.put('config', '{"synchronous_mode": true}');
    await scope.put('sync', '{"leader": "coord-2", "sync_standby": "coord-1"}');
    await scope.put('leader', 'coord-2', await scope.grant(60));
    const { cluster_id: known, revision } = await scope.header();
    const remember = (data: string, ahead: number) =>
      writeFileSync(
        `${lab.dataDir(data)}.etcd.json`,
        JSON.stringify({ cluster: known, revision: Number(revision) + ahead }),
      );
    remember('old', 1_000);
    remember('newer', 1_000);
    const stale = begin(scope, 'coord-1', lab.dataDir('old'));
    await stale.until(/waits for coord-2: nothing is known of their data/);
    await begin(scope, 'coord-2', lab.dataDir('newer')).until(/became/);
    await stale.until(/waits for coord-2: it holds the newest data/);
    expect(JSON.parse((await scope.get('sync')) ?? '')).toEqual({ leader: 'coord-2', sync_standby: null });
    const lease = await scope.grant(5);
    await scope.put('leader', 'coord-2', lease);
    await delay(1_000);
    expect(stale.hasBegun).toBe(false);
    for (let renewed = 0; renewed < 3; renewed += 1) {
      await delay(2_000);
      await scope.keepAlive(lease);
    }
    await stale.until(/became/);
  });

  it('remembers what it sees of etcd, which changes with every look', async () => {
    const scope = lab.scope();
    const file = join(lab.folder, 'remember.yml');
    writeFileSync(file, JSON.stringify(scope.configuration('coord-1', lab.dataDir('remembers'))));
    lab.program('remember-etcd.py', file);
    const seen = () =>
      JSON.parse(readFileSync(`${lab.dataDir('remembers')}.etcd.json`, 'utf8')) as {
        readonly cluster: string;
        readonly revision: number;
      };
    const first = await vi.waitFor(seen, 10_000);
    const { cluster_id: known, revision } = await scope.header();
    expect(first).toEqual({ cluster: known, revision: Number(revision) });
    await vi.waitFor(() => expect(seen().revision).toBeGreaterThan(first.revision), 20_000);
  });

  it('refuses data of different databases, and data it cannot read, by name', async () => {
    lab.initialize('stranger');
    const scope = lab.scope();
    const members = [begin(scope, 'coord-1', lab.dataDir('newer')), begin(scope, 'coord-2', lab.dataDir('stranger'))];
    for (const member of members) await member.until(/different databases: coord-1 has \d+, coord-2 has \d+/);
    for (const member of members) await member.end();
    rmSync(join(lab.dataDir('stranger'), 'global/pg_control'));
    const broken = begin(scope, 'coord-2', lab.dataDir('stranger'));
    await broken.until(/waits for coord-2: .*pg_control/);
    expect(JSON.parse((await scope.get('citus-ha/positions/coord-2')) ?? '')).toMatchObject({ stuck: true });
    expect([...members, broken].some(({ hasBegun }) => hasBegun)).toBe(false);
  });

  it('is not stuck with data it cannot read once somebody may lead without them', async () => {
    lab.initialize('broken');
    writeFileSync(join(lab.dataDir('broken'), 'global/pg_control'), Buffer.alloc(8_192));
    const scope = lab.scope();
    const isStuck = async () =>
      (JSON.parse((await scope.get('citus-ha/positions/coord-2')) ?? '') as { readonly stuck: boolean }).stuck;
    const broken = begin(scope, 'coord-2', lab.dataDir('broken'));
    await broken.until(/waits for coord-2: pg_control of .* is broken/);
    await vi.waitFor(async () => expect(await isStuck()).toBe(true), 5_000);
    await scope.put('citus-ha/allow-loss', '[]');
    await begin(scope, 'coord-1', lab.dataDir('newer')).until(/became/);
    await delay(1_000);
    expect(await scope.get('citus-ha/allow-loss')).toBeUndefined();
    expect(await isStuck()).toBe(false);
    expect(broken.hasBegun).toBe(false);
  });
});
