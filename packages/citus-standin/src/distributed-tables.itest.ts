import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgresBinDir, startPostgresServers, type PostgresServers } from '@citus-ha/citus-contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standinEngine } from './standin-engine.js';

const postgresBinDir = await findPostgresBinDir();
const workers = [1, 2, 3];
const install = (client: pg.Client): Promise<void> => standinEngine.install(client);

async function count(client: pg.Client): Promise<void> {
  for (let i = 0; i < 40; i++) await client.query('UPDATE counters SET n = n + 1 WHERE id = $1', [1 + (i % 5)]);
}

describe.skipIf(postgresBinDir === undefined)('The stand-in, beyond what the engine contract asks for', () => {
  let servers: PostgresServers;

  async function on<T>(server: number, task: (client: pg.Client) => Promise<T>, database = 'postgres'): Promise<T> {
    const client = new pg.Client({ ...servers.addresses[server], database });
    await client.connect();
    try {
      return await task(client);
    } finally {
      await client.end();
    }
  }

  const rows = (sql: string, server = 0, database?: string): Promise<unknown[]> =>
    on(server, async (client) => (await client.query<Record<string, unknown>>(sql)).rows, database);

  /** What each placement of a table answers, by shard. */
  async function onPlacements(table: string, sql: (shard: string) => string): Promise<Map<string, unknown[]>> {
    const placements = (await rows(
      `SELECT shard_name AS shard, nodename AS host FROM citus_shards WHERE table_name = '${table}'::regclass`,
    )) as { shard: string; host: string }[];
    const answers = new Map<string, unknown[]>();
    for (const { shard, host } of placements) {
      const server = servers.addresses.findIndex((address) => address.host === host);
      answers.set(shard, [...(answers.get(shard) ?? []), await rows(sql(shard), server)]);
    }
    return answers;
  }

  async function expectEqualCopies(table: string): Promise<void> {
    const copies = await onPlacements(table, (shard) => `SELECT * FROM ${shard} t ORDER BY t::text`);
    for (const [first, ...others] of copies.values()) for (const other of others) expect(other).toEqual(first);
  }

  beforeAll(async () => {
    servers = await startPostgresServers({
      count: 4,
      postgresBinDir: postgresBinDir ?? '',
      settings: () => ({ 'citus.shard_count': 3, 'citus.shard_replication_factor': 2 }),
    });
    for (const server of [0, ...workers]) await on(server, install);
    for (const worker of workers) await rows(`SELECT citus_add_node('${servers.addresses[worker]?.host}', 5432)`);
    await rows(`CREATE TABLE notes (id bigserial, room int NOT NULL, body text, PRIMARY KEY (room, id));
                SELECT create_distributed_table('notes', 'room');
                INSERT INTO notes (room, body) SELECT n % 20, 'note ' || n FROM generate_series(1, 200) n`);
  });
  afterAll(async () => servers?.dispose());

  it('can be installed again, which keeps nodes, tables and rows', async () => {
    for (const server of [0, ...workers]) await on(server, install);
    await rows(`INSERT INTO notes (room, body) VALUES (7, 'after')`);
    expect(await rows('SELECT count(*) FROM notes')).toEqual([{ count: '201' }]);
  });

  it('asks only the shard that can hold a key', async () => {
    const plan = await rows('EXPLAIN (FORMAT json) SELECT * FROM notes WHERE room = 7');
    expect(JSON.stringify(plan).match(/"Foreign Scan"/g)).toHaveLength(1);
  });

  it('brings columns, constraints and indexes that are added later to every placement', async () => {
    await rows(`ALTER TABLE notes ADD COLUMN stars int DEFAULT 3, ADD COLUMN seen timestamptz DEFAULT now();
                ALTER TABLE notes RENAME COLUMN body TO content;
                ALTER TABLE notes ADD CONSTRAINT few CHECK (stars < 6);
                CREATE INDEX notes_content ON notes (content);
                CREATE UNIQUE INDEX notes_unique ON notes (room, content)`);
    const indexes = await onPlacements(
      'notes',
      (shard) => `SELECT indexname FROM pg_indexes WHERE tablename = '${shard}' ORDER BY 1`,
    );
    for (const [shard, answers] of indexes) {
      const names = ['notes_content', 'notes_pkey', 'notes_unique'].map((name) => ({
        indexname: name + shard.slice('notes'.length),
      }));
      expect(answers).toEqual([names, names]);
    }
    await expect(rows('UPDATE notes SET stars = 6 WHERE room = 1')).rejects.toMatchObject({ code: '23514' });
    expect(await rows('SELECT DISTINCT stars FROM notes')).toEqual([{ stars: 3 }]);
    await expectEqualCopies('notes');
  });

  it.each([
    'ALTER TABLE notes ALTER COLUMN stars TYPE bigint',
    'ALTER TABLE notes RENAME TO remarks',
    'ALTER TABLE notes ADD COLUMN random float DEFAULT random()',
    'ALTER TABLE notes ADD FOREIGN KEY (room, id) REFERENCES notes',
    'CREATE TRIGGER t BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
  ])('refuses by name what it cannot do on the shards: %s', async (sql) => {
    await expect(rows(sql)).rejects.toMatchObject({
      code: '0A000',
      message: expect.stringContaining('stand-in for Citus') as string,
    });
  });

  it('keeps copies equal without a primary key, with doubled rows and any text', async () => {
    await rows(`CREATE TABLE t (t text, n int, doc jsonb);
                SELECT create_distributed_table('t', 'n');
                INSERT INTO t SELECT 'x', n % 3, '{"a": 1}' FROM generate_series(1, 9) n;
                INSERT INTO t VALUES ('a "quoted", (x)', 1), (E'tab\\tline\\n\\\\', 2), ('', 4), (NULL, 5);
                UPDATE t SET t = t || 'é' WHERE n = 1;
                DELETE FROM t WHERE n = 2 AND t = 'x'`);
    expect(await rows('SELECT count(*) FROM t')).toEqual([{ count: '10' }]);
    await expectEqualCopies('t');
  });

  it('lets concurrent updates of the same rows take turns', async () => {
    await rows(`CREATE TABLE counters (id int PRIMARY KEY, n int);
                SELECT create_distributed_table('counters', 'id');
                INSERT INTO counters SELECT id, 0 FROM generate_series(1, 5) id`);
    await Promise.all([1, 2, 3, 4].map(() => on(0, count)));
    expect(await rows('SELECT sum(n) FROM counters')).toEqual([{ sum: '160' }]);
    await expectEqualCopies('counters');
  });

  it('serves users who are no superusers, as far as their privileges go', async () => {
    await rows('CREATE ROLE reader LOGIN; GRANT SELECT ON notes TO reader');
    await on(0, async (client) => {
      await client.query('SET SESSION AUTHORIZATION reader');
      expect((await client.query('SELECT FROM notes')).rowCount).toBe(201);
      await expect(client.query('DELETE FROM notes')).rejects.toMatchObject({ code: '42501' });
      await expect(standinEngine.install(client)).rejects.toMatchObject({ code: 'STANDIN_REFUSED' });
    });
  });

  it('changes and drops a table while some of its placements are missing', async () => {
    const host = servers.addresses[1]?.host;
    await rows(`SELECT citus_disable_node('${host}', 5432, true)`);
    await rows(`SELECT citus_activate_node('${host}', 5432)`);
    await rows('ALTER TABLE counters ADD COLUMN note text; UPDATE counters SET note = n; DROP TABLE counters');
    await rows(`SELECT replicate_table_shards('notes', 2, 100, '{}', 'block_writes')`);
    await rows(`UPDATE notes SET content = content || '!'`);
    await expectEqualCopies('notes');
    expect(await rows(`SELECT relname FROM pg_class WHERE relname LIKE 'counters%'`, 2)).toEqual([]);
  });

  it('dumps into a database that has no stand-in', async () => {
    const { host, port, user } = servers.addresses[0] ?? { host: '', port: 0, user: '' };
    const connection = ['-h', host, '-p', String(port), '-U', user];
    const env = { ...process.env, PGPASSFILE: servers.passFile };
    const file = join(servers.passFile, '../dump.sql');
    await promisify(execFile)(join(servers.postgresBinDir, 'pg_dump'), [...connection, '-f', file, 'postgres'], {
      env,
    });
    await rows('CREATE DATABASE plain');
    await promisify(execFile)(
      join(servers.postgresBinDir, 'psql'),
      [...connection, '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', file, 'plain'],
      { env },
    );
    const all = 'SELECT * FROM notes ORDER BY room, id';
    expect(await rows(all, 0, 'plain')).toEqual(await rows(all));
  });
});
