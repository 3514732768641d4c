import { expect } from 'vitest';
import type { Concern, ContractCase } from './contract-case.js';
import { refusalOf, type ContractContext, type Row } from './contract-context.js';
import { placementRows, placementsOf } from './shards.js';

const shardsOf = (context: ContractContext, table: string): Promise<Row[]> =>
  context.rows(
    `SELECT shardid, shardstorage, shardminvalue, shardmaxvalue
     FROM pg_dist_shard WHERE logicalrelid = $1::regclass ORDER BY shardid`,
    [table],
  );

const partition = (context: ContractContext, table: string): Promise<Row[]> =>
  context.rows(
    `SELECT logicalrelid::text, partmethod, colocationid, repmodel, autoconverted
     FROM pg_dist_partition WHERE logicalrelid = $1::regclass`,
    [table],
  );

const exists = (context: ContractContext, server: number, table: string): Promise<boolean> =>
  context.on(server, async (client) => {
    const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
    return rows[0]?.found === true;
  });

const distribution: readonly ContractCase[] = [
  {
    title: 'splits a table into as many shards as the setting says, each on as many workers as the factor says',
    async run(context) {
      await context.execute(
        'CREATE TABLE rooms (id bigint PRIMARY KEY, name text NOT NULL)',
        `SELECT create_distributed_table('rooms', 'id')`,
      );
      return {
        partition: await partition(context, 'rooms'),
        shards: await shardsOf(context, 'rooms'),
        placements: await placementsOf(context, 'rooms'),
        catalog: await context.rows('SELECT * FROM pg_dist_placement ORDER BY placementid'),
      };
    },
  },
  {
    title: 'keeps the rows of a shard in tables of its name on its workers',
    async run(context) {
      await context.execute(`INSERT INTO rooms SELECT n, 'room ' || n FROM generate_series(1, 100) n`);
      const placements = await placementRows(context, 'rooms');
      for (const shard of new Set(placements.map((placement) => placement.shard))) {
        const [first, second] = placements.filter((placement) => placement.shard === shard);
        expect(second).toMatchObject({ rows: first?.rows, count: first?.count });
        expect(first?.count).toBeGreaterThan(0);
      }
      return {
        tables: placements.map(({ shard, server }) => ({ shard, worker: server })),
        copies: placements.reduce((sum, { count }) => sum + count, 0),
      };
    },
  },
  {
    title: 'keeps a row in the shard that get_shard_id_for_distribution_column names',
    async run(context) {
      for (const id of [1, 2, 3, 50, 100]) {
        const [shard] = await context.rows(
          `SELECT get_shard_id_for_distribution_column('rooms', $1::bigint) AS shardid`,
          [id],
        );
        const placements = await placementsOf(context, 'rooms');
        const placement = placements.find(({ shardid }) => shardid === shard?.['shardid']);
        const server = context.servers.addresses.findIndex(({ host }) => host === placement?.['nodename']);
        const found = await context.on(server, (client) =>
          client.query(`SELECT FROM rooms_${String(placement?.['shardid'])} WHERE id = $1`, [id]),
        );
        expect(found.rowCount, `rows with id ${id}`).toBe(1);
      }
    },
  },
  {
    title: 'spreads values over shards as Citus does',
    run: (context) =>
      context.rows(
        `SELECT id, get_shard_id_for_distribution_column('rooms', id) AS shardid
         FROM unnest(ARRAY[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10000, -1]) AS id`,
      ),
  },
  {
    title: 'spreads values of other types over shards as Citus does',
    async run(context) {
      const types = { int: '42', text: 'room 42', uuid: '5f2f9c1e-0000-4000-8000-000000000042' };
      const answers: Row[] = [];
      for (const [type, value] of Object.entries(types)) {
        const table = `by_${type}`;
        await context.execute(
          `CREATE TABLE ${table} (id ${type} NOT NULL)`,
          `SELECT create_distributed_table('${table}', 'id')`,
          `INSERT INTO ${table} VALUES ('${value}')`,
        );
        const index = `get_shard_id_for_distribution_column('${table}', '${value}'::${type})`;
        answers.push(
          ...(await context.rows(
            `SELECT '${type}' AS type, ${index} - min(shardid) AS shard
             FROM pg_dist_shard WHERE logicalrelid = '${table}'::regclass`,
          )),
        );
        expect(await context.rows(`SELECT id::text FROM ${table} WHERE id = '${value}'`)).toEqual([{ id: value }]);
        await context.execute(`DROP TABLE ${table}`);
      }
      return answers;
    },
  },
  {
    title: 'puts equal ranges of co-located tables on the same workers',
    async run(context) {
      await context.execute(
        'CREATE TABLE messages (room_id bigint, id bigint, body text, PRIMARY KEY (room_id, id))',
        `SELECT create_distributed_table('messages', 'room_id', colocate_with => 'rooms')`,
      );
      const where = async (table: string): Promise<unknown> =>
        (await placementsOf(context, table)).map(({ nodename }) => nodename);
      expect(await where('messages')).toEqual(await where('rooms'));
      return { partition: await partition(context, 'messages'), shards: await shardsOf(context, 'messages') };
    },
  },
  {
    title: 'keeps a table apart with colocate_with none',
    async run(context) {
      await context.execute(
        'CREATE TABLE apart (id bigint)',
        `SELECT create_distributed_table('apart', 'id', colocate_with => 'none')`,
      );
      const [apart] = await partition(context, 'apart');
      const [rooms] = await partition(context, 'rooms');
      expect(apart?.['colocationid']).not.toBe(rooms?.['colocationid']);
    },
  },
  {
    title: 'puts a reference table onto every node',
    async run(context) {
      await context.execute(
        'CREATE TABLE kinds (kind text PRIMARY KEY, label text)',
        `SELECT create_reference_table('kinds')`,
        `INSERT INTO kinds VALUES ('public', 'for everyone'), ('private', 'by invitation')`,
      );
      const placements = await placementRows(context, 'kinds');
      expect(new Set(placements.map((placement) => placement.rows)).size).toBe(1);
      return {
        partition: await partition(context, 'kinds'),
        shards: await shardsOf(context, 'kinds'),
        placements: placements.map(({ shard, server, count }) => ({ shard, server, count })),
      };
    },
  },
  {
    title: 'lists tables and shards in its views',
    run: async (context) => ({
      tables: await context.rows(
        `SELECT table_name::text, citus_table_type, distribution_column, colocation_id, shard_count, table_owner, access_method
         FROM citus_tables ORDER BY table_name::text`,
      ),
      shards: await context.rows(
        `SELECT table_name::text, shardid, shard_name, citus_table_type, colocation_id, nodename, nodeport
         FROM citus_shards WHERE table_name IN ('rooms'::regclass, 'kinds'::regclass)
         ORDER BY shardid, nodename`,
      ),
      sized: await context.rows(`SELECT bool_and(shard_size >= 0) AS sized FROM citus_shards`),
    }),
  },
  {
    title: 'moves the rows of a table to the workers when it is distributed',
    async run(context) {
      await context.execute(
        'CREATE TABLE filled (id int PRIMARY KEY, note text)',
        `INSERT INTO filled SELECT n, 'note ' || n FROM generate_series(1, 20) n`,
        `SELECT create_distributed_table('filled', 'id')`,
      );
      const placements = await placementRows(context, 'filled');
      return {
        rows: await context.rows('SELECT count(*), sum(id) FROM filled'),
        copies: placements.reduce((sum, { count }) => sum + count, 0),
      };
    },
  },
];

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
];

/** Distributed and reference tables, and what the catalogs say of them. */
export const tables: Concern = {
  name: 'tables',
  prepared: 'with all nodes',
  cases: [...distribution, ...settings, ...refusals, ...removal],
};
