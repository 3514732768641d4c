import { expect } from 'vitest';
import type { Concern, ContractCase } from './contract-case.js';
import { refusalOf, type ContractContext } from './contract-context.js';
import { distribution } from './distribution.js';
import { partition, placementsOf, shardsOf } from './shards.js';

const exists = (context: ContractContext, server: number, table: string): Promise<boolean> =>
  context.on(server, async (client) => {
    const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
    return rows[0]?.found === true;
  });

const settings: readonly ContractCase[] = [
  {
    title: 'takes shard count and factor from the session',
    async run(context) {
      await context.execute(
        'CREATE TABLE wide (id int)',
        'SET citus.shard_count = 5',
        'SET citus.shard_replication_factor = 1',
        `SELECT create_distributed_table('wide', 'id')`,
      );
      return {
        partition: await partition(context, 'wide'),
        shards: (await shardsOf(context, 'wide')).length,
        placements: (await placementsOf(context, 'wide')).length,
      };
    },
  },
  {
    title: 'takes shard count and factor from ALTER SYSTEM',
    async run(context) {
      const shown = 'SELECT current_setting($1) AS value';
      await context.execute(
        'ALTER SYSTEM SET citus.shard_count = 4',
        'ALTER SYSTEM SET citus.shard_replication_factor = 3',
        'SELECT pg_reload_conf()',
      );
      await expect.poll(() => context.rows(shown, ['citus.shard_count'])).toEqual([{ value: '4' }]);
      await context.execute('CREATE TABLE tall (id int)', `SELECT create_distributed_table('tall', 'id')`);
      const placements = (await placementsOf(context, 'tall')).length;
      await context.execute(
        'ALTER SYSTEM RESET citus.shard_count',
        'ALTER SYSTEM RESET citus.shard_replication_factor',
        'SELECT pg_reload_conf()',
      );
      await expect.poll(() => context.rows(shown, ['citus.shard_count'])).toEqual([{ value: '3' }]);
      return { shards: (await shardsOf(context, 'tall')).length, placements };
    },
  },
];

const refusals: readonly ContractCase[] = [
  {
    title: 'refuses what cannot be distributed',
    async run(context) {
      await context.execute('CREATE TABLE plain (id int PRIMARY KEY, other int)', 'CREATE TABLE child (id int)');
      return {
        again: await context.refusal(`SELECT create_distributed_table('rooms', 'id')`),
        unknownTable: await context.refusal(`SELECT create_distributed_table('nothing', 'id')`),
        unknownColumn: await context.refusal(`SELECT create_distributed_table('plain', 'nothing')`),
        keyWithoutColumn: await context.refusal(`SELECT create_distributed_table('plain', 'other')`),
        otherType: await context.refusal(`SELECT create_distributed_table('plain', 'id', colocate_with => 'rooms')`),
        colocateWithLocal: await context.refusal(
          `SELECT create_distributed_table('plain', 'id', colocate_with => 'child')`,
        ),
        referenceOfDistributed: await context.refusal(`SELECT create_reference_table('rooms')`),
      };
    },
  },
  {
    title: 'refuses a factor above the number of workers',
    run: (context) =>
      refusalOf(() =>
        context.execute(
          'SET citus.shard_replication_factor = 4',
          `SELECT create_distributed_table('plain', 'id', colocate_with => 'none')`,
        ),
      ),
  },
  {
    title: 'refuses to undistribute a local table',
    run: (context) => context.refusal(`SELECT undistribute_table('plain')`),
  },
  {
    title: 'refuses to remove a worker that holds the only placement of a shard',
    run: (context) => context.refusal('SELECT citus_remove_node($1, 5432)', [context.host(2)]),
  },
];

const removal: readonly ContractCase[] = [
  {
    title: 'brings all rows home with undistribute_table',
    async run(context) {
      const [placement] = await placementsOf(context, 'filled');
      await context.execute(`SELECT undistribute_table('filled')`);
      for (const worker of context.workerNumbers) {
        expect(await exists(context, worker, `filled_${String(placement?.['shardid'])}`)).toBe(false);
      }
      return {
        rows: await context.rows('SELECT count(*), sum(id) FROM filled'),
        partition: await partition(context, 'filled'),
        kind: await context.rows(`SELECT relkind FROM pg_class WHERE relname = 'filled'`),
      };
    },
  },
  {
    title: 'drops the shards with their table',
    async run(context) {
      const [placement] = await placementsOf(context, 'messages');
      await context.execute('DROP TABLE messages');
      for (const worker of context.workerNumbers) {
        expect(await exists(context, worker, `messages_${String(placement?.['shardid'])}`)).toBe(false);
      }
      return context.rows(`SELECT count(*) FROM pg_dist_shard WHERE shardid = $1`, [placement?.['shardid']]);
    },
  },
  {
    title: 'drops a schema with its tables, and leaves all others',
    async run(context) {
      await context.execute(
        'CREATE SCHEMA leaving',
        'CREATE TABLE leaving.items (id bigint PRIMARY KEY)',
        `SELECT create_distributed_table('leaving.items', 'id')`,
        'CREATE TABLE leaving.kinds (id bigint PRIMARY KEY)',
        `SELECT create_reference_table('leaving.kinds')`,
        'INSERT INTO leaving.items SELECT generate_series(1, 9)',
        'INSERT INTO leaving.kinds SELECT generate_series(1, 9)',
        'DROP SCHEMA leaving CASCADE',
      );
      return {
        leaving: await context.rows(`SELECT count(*) FROM citus_tables WHERE table_name::text LIKE 'leaving%'`),
        rooms: await partition(context, 'rooms'),
      };
    },
  },
];

/** Distributed and reference tables, and what the catalogs say of them. */
export const tables: Concern = {
  name: 'tables',
  prepared: 'with all nodes',
  cases: [...distribution, ...settings, ...refusals, ...removal],
};
