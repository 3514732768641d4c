import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { citusEngine } from '@citus-ha/citus';
import {
  findPostgresBinDir,
  hasCitusFiles,
  startPostgresServers,
  type PostgresServers,
} from '@citus-ha/citus-contract';
import { standinEngine } from '@citus-ha/citus-standin';
import { waitFor } from '@citus-ha/core';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from './connection.js';
import { loadChat } from './load.js';
import { dropTables } from './schema.js';
import { verifyChat } from './verify.js';

const postgresBinDir = await findPostgresBinDir();
const citus = postgresBinDir !== undefined && (await hasCitusFiles(postgresBinDir));
const where = postgresBinDir === undefined ? 'skipped: no PostgreSQL here' : citus ? 'on Citus' : 'on the stand-in';
const main = new URL('../dist/main.js', import.meta.url).pathname;
const never = new AbortController().signal;
const demo = { seed: 1, rooms: 400, firstBatchRooms: 50, onStart: () => undefined, onRows: () => undefined };

describe.skipIf(postgresBinDir === undefined)(`citus-ha-demo, ${where}`, { timeout: 120_000 }, () => {
  let servers: PostgresServers;
  let uri: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citus-ha-demo-'));
    servers = await startPostgresServers({
      count: 3,
      postgresBinDir: postgresBinDir ?? '',
      preload: citus ? ['citus'] : [],
      settings: (host) => ({
        'citus.shard_count': 3,
        'citus.shard_replication_factor': 2,
        'citus.node_conninfo': 'sslmode=disable',
        'citus.local_hostname': host,
      }),
    });
    const uris = servers.addresses.map(
      ({ host, port, user, password }) =>
        `postgresql://${user}:${encodeURIComponent(password ?? '')}@${host}:${port}/postgres`,
    );
    uri = uris[0] ?? '';
    const engine = citus ? citusEngine : standinEngine;
    await Promise.all(uris.map((each) => withClient({ uri: each, signal: never }, (client) => engine.install(client))));
    const [coordinator, ...workers] = servers.addresses;
    await query('SELECT citus_set_coordinator_host($1, 5432)', coordinator?.host);
    for (const { host } of workers) await query('SELECT citus_add_node($1, 5432)', host);
  });
  afterAll(async () => {
    await servers?.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => onServer((client) => dropTables(client)));

  const onServer = <T>(task: (client: Client) => Promise<T>, signal = never) => withClient({ uri, signal }, task);
  const query = (sql: string, ...values: unknown[]) =>
    onServer(async (client) => (await client.query<Record<string, unknown>>(sql, values)).rows);
  const load = (request: Partial<Parameters<typeof loadChat>[1]> = {}) =>
    onServer((client) => loadChat(client, { ...demo, ...request }));
  const verify = () => onServer((client) => verifyChat(client, never));
  /** The command as a process of its own. */
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [main, ...args, '--uri', '-']);
    child.stdin.end(uri);
    const [stdout, stderr, exitCode] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.once('close', resolve)),
    ]);
    return { exitCode, stdout, stderr };
  };

  it('loads the chat into distributed tables and a reference table, and verifies it', async () => {
    const { exitCode, stdout } = await run('load', '--rooms', '400', '--json');
    expect(exitCode).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ version: 1, rooms: 400, roomsLoaded: 400, changed: true, verified: true });
    expect(answer.rowsLoaded).toBe(answer.tables.reduce((sum: number, { rows }: { rows: number }) => sum + rows, 0));
    const distributed = await query('SELECT logicalrelid::text AS name, partmethod FROM pg_dist_partition ORDER BY 1');
    expect(distributed).toEqual([
      { name: 'messages', partmethod: 'h' },
      { name: 'room_members', partmethod: 'h' },
      { name: 'rooms', partmethod: 'h' },
      { name: 'topics', partmethod: 'n' },
    ]);
    const joined = 'SELECT count(*) FROM rooms r JOIN topics t ON t.code = r.topic JOIN messages m ON m.room_id = r.id';
    expect(await query(joined)).toEqual(await query('SELECT count(*) FROM messages'));
  });

  it('changes nothing and says so when all is there, and goes on when more rooms are asked for', async () => {
    await load();
    const again = await run('load', '--rooms', '400');
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Nothing to load: all 400 rooms of seed 1/),
    });
    expect(await load({ rooms: 500 })).toEqual({ changed: true });
    expect(await verify()).toMatchObject({ ok: true, state: { rooms: 500, roomsLoaded: 500 } });
  });

  it('is completed by the next run, without doubles, when it was cut off at any point', async () => {
    for (const cutAfterRows of [1, 700, 1500]) {
      const interrupt = new AbortController();
      let rows = 0;
      const onRows = (more: number) => {
        rows += more;
        if (rows > cutAfterRows) interrupt.abort();
      };
      const cut = onServer((client) => loadChat(client, { ...demo, onRows }), interrupt.signal);
      await expect(cut).rejects.toMatchObject({ code: 'SERVER_LOST' });
    }
    expect((await verify()).state.roomsLoaded).toBeLessThan(400);
    await load();
    expect((await verify()).ok).toBe(true);
  });

  it('removes rows that a lost coordinator left behind unrecorded', async () => {
    await load({ rooms: 100 });
    await query(`INSERT INTO rooms VALUES (101, 'books', 'left behind', now())`);
    await load();
    expect((await verify()).ok).toBe(true);
  });

  it('shares the work with a load that runs at the same time', async () => {
    await load({ rooms: 1 });
    await Promise.all([load(), load()]);
    expect((await verify()).ok).toBe(true);
  });

  it('rolls back and exits 130 when it is interrupted', async () => {
    const child = spawn(process.execPath, [main, 'load', '--rooms', '1000000', '--uri', uri], { stdio: 'ignore' });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await waitFor({
      what: 'the load to copy rows',
      probe: async () => (await query(`SELECT FROM pg_stat_activity WHERE query LIKE 'COPY %'`)).length > 0,
      timeoutMs: 60_000,
    });
    child.kill('SIGINT');
    expect(await closed).toBe(130);
  });

  it('finds a changed row and a missing one', async () => {
    await load();
    await query(`UPDATE messages SET body = body || '!' WHERE room_id = 7 AND id = 1`);
    await query('DELETE FROM room_members WHERE room_id = 8');
    const { exitCode, stdout } = await run('verify');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /rooms: 400 rows, checksum \d+, ok\nroom_members: 798 rows.*WRONG: expected 800.*\nmessages: .*WRONG/,
    );
  });

  it('does not mix two demos, and replaces one by another where it is told to', async () => {
    await load();
    expect(await run('load', '--rooms', '400', '--seed', '2')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('OTHER_DEMO: The tables hold 400 rooms of seed 1, not 400 of seed 2'),
    });
    expect(await run('load', '--rooms', '100', '--seed', '2', '--replace')).toMatchObject({ exitCode: 0 });
    expect((await verify()).state).toEqual({ seed: 2, rooms: 100, roomsLoaded: 100 });
  });

  it('leaves tables alone that it did not make', async () => {
    await query('CREATE TABLE rooms (id int)');
    await expect(load()).rejects.toMatchObject({
      code: 'TABLE_TAKEN',
      message: expect.stringContaining('Table rooms'),
    });
    expect(await run('clean')).toMatchObject({ exitCode: 0, stdout: 'There is no demo to remove.\n' });
    await query('DROP TABLE rooms');
  });

  it("copies a user's CSV by the names in its header, and distributes the table", async () => {
    await query('DROP TABLE IF EXISTS cities');
    await query('CREATE TABLE cities (id bigint, "full name" text)');
    const file = join(folder, 'cities.csv');
    await writeFile(file, '\ufefffull name;id\r\n"Łódź; Poland";1\r\nUlm;2\r\n');
    const options = ['--table', 'cities', '--header', '--delimiter', ';', '--distribute', 'id', '--json'];
    const { exitCode, stdout } = await run('copy', file, ...options);
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, table: 'cities', rows: 2 });
    expect(await query('SELECT * FROM cities ORDER BY id')).toEqual([
      { id: '1', 'full name': 'Łódź; Poland' },
      { id: '2', 'full name': 'Ulm' },
    ]);
    expect(await query(`SELECT FROM pg_dist_partition WHERE logicalrelid = 'cities'::regclass`)).toHaveLength(1);
  });

  it('copies nothing of a CSV with a wrong line, and names the line', async () => {
    await query('DROP TABLE IF EXISTS cities');
    await query('CREATE TABLE cities (id bigint, name text)');
    const file = join(folder, 'wrong.csv');
    await writeFile(file, '1,Ulm\nx,Łódź\n');
    expect(await run('copy', file, '--table', 'cities')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /SQL_FAILED: .*invalid input syntax for type bigint: "x" \(COPY cities, line 2, column id/,
      ),
    });
    expect(await query('SELECT * FROM cities')).toEqual([]);
    expect(await run('copy', join(folder, 'none.csv'), '--table', 'cities')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('FILE_UNREADABLE'),
    });
  });

  it('says what is missing in a database without Citus', async () => {
    await query('CREATE DATABASE bare');
    const bare = withClient({ uri: uri.replace(/postgres$/, 'bare'), signal: never }, (client) =>
      loadChat(client, demo),
    );
    await expect(bare).rejects.toMatchObject({
      code: 'NO_CITUS',
      message: expect.stringContaining('Database bare at'),
    });
  });

  it('takes the server from the environment, as psql does', async () => {
    await load({ rooms: 10 });
    const { host, port, user, password } = servers.addresses[0] ?? {};
    const env = {
      ...process.env,
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: 'postgres',
    };
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'verify', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ verified: true, rooms: 10 });
  });
});
