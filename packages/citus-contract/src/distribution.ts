import { expect } from 'vitest';
import { readActiveWorkers, readPlacements, readShards, readShardSizes } from '@citus-ha/citus';
import type { ContractCase } from './contract-case.js';
import type { Row } from './contract-context.js';
import { partition, placementRows, placementsOf, shardsOf } from './shards.js';

function isOfRoomsOrKinds({ table }: { readonly table: string }): boolean {
  return table === 'rooms' || table === 'kinds';
}

/** Where tables, shards and rows go, and what the catalogs say of them. */
export const distribution: readonly ContractCase[] = [
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
        const found = await context.inspect(server, (client) =>
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
    title: 'answers the typed reads of shards, placements, sizes and workers',
    run: (context) =>
      context.on(0, async (client) => {
        const shards = (await readShards(client)).filter(isOfRoomsOrKinds);
        const sizes = await readShardSizes(client);
        expect(shards.map(({ shardId }) => sizes.get(shardId))).toEqual(shards.map(() => expect.any(Number)));
        return {
          shards,
          placements: (await readPlacements(client)).filter(isOfRoomsOrKinds),
          activeWorkers: await readActiveWorkers(client),
        };
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
