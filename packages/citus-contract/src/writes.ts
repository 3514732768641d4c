import { expect } from 'vitest';
import type { ContractCase } from './contract-case.js';
import type { ContractContext, Row } from './contract-context.js';
import { placementRows } from './shards.js';

interface Written {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: Row[];
}

async function write(context: ContractContext, sql: string, values: readonly unknown[] = []): Promise<Written> {
  const { command, rowCount, rows } = await context.result(sql, values);
  return { command, rowCount, rows };
}

/** Fails unless both workers of each shard hold the same rows. */
export async function expectEqualCopies(context: ContractContext, table: string): Promise<void> {
  const placements = await placementRows(context, table);
  for (const { shard, rows } of placements) {
    for (const other of placements.filter((placement) => placement.shard === shard)) {
      expect(other.rows, `rows of ${shard} on server ${other.server}`).toBe(rows);
    }
  }
}

const manyRooms = (context: ContractContext): Promise<Row[]> =>
  context.rows('SELECT id, name, kind FROM rooms WHERE id >= 100 ORDER BY id');

/** Changing rows; every case leaves rooms from 100 up to the next one. */
export const writes: readonly ContractCase[] = [
  {
    title: 'inserts one row',
    run: (context) => write(context, `INSERT INTO rooms VALUES (100, 'a hundred', 'public')`),
  },
  {
    title: 'inserts many rows at once',
    run: (context) =>
      write(
        context,
        `INSERT INTO rooms (kind, id, name) VALUES ('public', 101, 'x'), ('private', 102, 'y'), ('public', 103, 'z')`,
      ),
  },
  {
    title: 'inserts by parameters and returns the row',
    run: (context) =>
      write(context, 'INSERT INTO rooms VALUES ($1, $2, $3) RETURNING id, upper(name) AS loud', [104, 'w', 'public']),
  },
  {
    title: 'inserts what a query on co-located rows finds',
    run: async (context) => ({
      written: await write(
        context,
        `INSERT INTO messages (room_id, id, body) SELECT id, 1, 'welcome to ' || name FROM rooms WHERE id >= 100`,
      ),
      rows: await context.rows('SELECT room_id, body FROM messages WHERE room_id >= 100 ORDER BY room_id'),
    }),
  },
  {
    title: 'inserts what a query on local rows finds',
    run: (context) =>
      write(context, `INSERT INTO rooms SELECT room_id + 110, note, 'public' FROM notes WHERE room_id < 99`),
  },
  {
    title: 'updates one row by its key and returns it',
    run: (context) => write(context, `UPDATE rooms SET name = name || '!' WHERE id = $1 RETURNING id, name`, [100]),
  },
  {
    title: 'updates rows of all shards',
    run: async (context) => ({
      written: await write(context, `UPDATE rooms SET name = name || '?' WHERE id >= 100 AND kind = 'public'`),
      rows: await manyRooms(context),
    }),
  },
  {
    title: 'updates nothing where nothing matches',
    run: (context) => write(context, `UPDATE rooms SET name = 'lost' WHERE id = 4711`),
  },
  {
    title: 'deletes one row by its key and returns it',
    run: (context) => write(context, 'DELETE FROM rooms WHERE id = 104 RETURNING id'),
  },
  {
    title: 'deletes rows of all shards',
    run: async (context) => ({
      written: await write(context, `DELETE FROM rooms WHERE id >= 100 AND kind = 'private'`),
      rows: await manyRooms(context),
    }),
  },
  {
    title: 'changes a reference table on every node',
    async run(context) {
      const answers = [
        await write(context, `INSERT INTO kinds VALUES ('hidden', 'for no one')`),
        await write(context, `UPDATE kinds SET label = 'for few' WHERE kind = 'hidden' RETURNING label`),
        await write(context, `DELETE FROM kinds WHERE kind = 'hidden'`),
      ];
      await expectEqualCopies(context, 'kinds');
      return answers;
    },
  },
  {
    title: 'keeps both copies of every shard equal through all these writes',
    async run(context) {
      await expectEqualCopies(context, 'rooms');
      await expectEqualCopies(context, 'messages');
    },
  },
  {
    title: 'refuses rows that break a constraint, with the SQLSTATE of PostgreSQL',
    async run(context) {
      const sqlstate = async (sql: string): Promise<string> => (await context.refusal(sql)).sqlstate;
      return {
        doubledKey: await sqlstate(`INSERT INTO rooms VALUES (1, 'again', 'public')`),
        doubledKeyAmongMany: await sqlstate(`INSERT INTO rooms VALUES (900, 'new', 'public'), (2, 'again', 'public')`),
        doubledReferenceKey: await sqlstate(`INSERT INTO kinds VALUES ('public', 'again')`),
        missingValue: await sqlstate('INSERT INTO rooms (id, name) VALUES (901, NULL)'),
        missingDistributionValue: await sqlstate(`INSERT INTO rooms (name, kind) VALUES ('nowhere', 'public')`),
        changedDistributionValue: await sqlstate('UPDATE rooms SET id = 902 WHERE id = 1'),
        leftBehind: await context.rows('SELECT id FROM rooms WHERE id >= 900'),
      };
    },
  },
  {
    title: 'truncates a table on all workers',
    async run(context) {
      await context.execute(
        'CREATE TABLE scratch (id int PRIMARY KEY)',
        `SELECT create_distributed_table('scratch', 'id')`,
        'INSERT INTO scratch SELECT generate_series(1, 50)',
      );
      const written = await write(context, 'TRUNCATE scratch');
      const copies = await placementRows(context, 'scratch');
      return { written, counts: copies.map(({ count }) => count), rows: await context.rows('SELECT * FROM scratch') };
    },
  },
];
