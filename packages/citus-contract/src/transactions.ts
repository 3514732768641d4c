import type { ClientBase } from 'pg';
import type { ContractCase } from './contract-case.js';
import { refusalOf } from './contract-context.js';
import { expectEqualCopies } from './writes.js';

const idsFrom = async (client: ClientBase, first: number): Promise<number[]> => {
  const { rows } = await client.query<{ id: number }>(
    'SELECT id::int FROM rooms WHERE id BETWEEN $1 AND $1 + 99 ORDER BY id',
    [first],
  );
  return rows.map(({ id }) => id);
};

const insert = (client: ClientBase, id: number): Promise<unknown> =>
  client.query(`INSERT INTO rooms VALUES ($1, 'in a transaction', 'public')`, [id]);

/** All or nothing, over several shards and workers. */
export const transactions: readonly ContractCase[] = [
  {
    title: 'commits rows on several workers together',
    run: (context) =>
      context.on(0, async (client) => {
        await client.query('BEGIN');
        for (let id = 1000; id < 1006; id++) await insert(client, id);
        const within = await idsFrom(client, 1000);
        const without = await context.on(0, (other) => idsFrom(other, 1000));
        await client.query('COMMIT');
        const after = await context.on(0, (other) => idsFrom(other, 1000));
        await expectEqualCopies(context, 'rooms');
        return { within, without, after };
      }),
  },
  {
    title: 'rolls back rows on several workers together',
    run: (context) =>
      context.on(0, async (client) => {
        await client.query('BEGIN');
        for (let id = 1100; id < 1106; id++) await insert(client, id);
        await client.query(`UPDATE rooms SET name = 'gone' WHERE id >= 1100`);
        await client.query('DELETE FROM kinds');
        await client.query('ROLLBACK');
        const { rows } = await client.query('SELECT count(*) FROM kinds');
        await expectEqualCopies(context, 'rooms');
        return { after: await idsFrom(client, 1100), kinds: rows as unknown };
      }),
  },
  {
    title: 'rolls back to a savepoint',
    run: (context) =>
      context.on(0, async (client) => {
        await client.query('BEGIN');
        await insert(client, 1200);
        await client.query('SAVEPOINT before_more');
        await insert(client, 1201);
        await insert(client, 1202);
        await client.query('ROLLBACK TO SAVEPOINT before_more');
        await insert(client, 1203);
        await client.query('RELEASE SAVEPOINT before_more');
        await client.query('COMMIT');
        await expectEqualCopies(context, 'rooms');
        return idsFrom(client, 1200);
      }),
  },
  {
    title: 'goes on after an error behind a savepoint',
    run: (context) =>
      context.on(0, async (client) => {
        await client.query('BEGIN');
        await insert(client, 1300);
        await client.query('SAVEPOINT before_error');
        const { sqlstate } = await refusalOf(() => insert(client, 1));
        await client.query('ROLLBACK TO SAVEPOINT before_error');
        await insert(client, 1301);
        await client.query('COMMIT');
        return { sqlstate, after: await idsFrom(client, 1300) };
      }),
  },
  {
    title: 'undoes the whole transaction after an error',
    run: (context) =>
      context.on(0, async (client) => {
        await client.query('BEGIN');
        await insert(client, 1400);
        const { sqlstate } = await refusalOf(() => insert(client, 1));
        const aborted = await refusalOf(() => insert(client, 1401));
        const { command } = await client.query('COMMIT');
        return { sqlstate, aborted, command, after: await idsFrom(client, 1400) };
      }),
  },
];
