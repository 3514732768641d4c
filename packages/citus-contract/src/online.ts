import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Concern } from './contract-case.js';
import { placementsOf, shardsOf } from './shards.js';

/** What servers need for shards to change while they are written to; some minor releases have a list of plugins (17.12). */
export async function logicalSettings(postgresBinDir: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await promisify(execFile)(join(postgresBinDir, 'postgres'), ['--describe-config']);
  const hasList = /^output_plugin_libraries\t/m.test(stdout);
  return { wal_level: 'logical', ...(hasList && { output_plugin_libraries: 'pgoutput, test_decoding, citus' }) };
}

/** Changing where rows are by logical replication, while they are written to: tables of one placement a shard only. */
export const online: Concern = {
  name: 'online',
  prepared: 'with all nodes',
  cases: [
    {
      title: 'distributes a table without holding off its writers',
      async run(context) {
        await context.execute(
          'SET citus.shard_replication_factor = 1',
          'CREATE TABLE events (id bigint PRIMARY KEY, note text)',
          `INSERT INTO events SELECT n, 'note ' || n FROM generate_series(1, 100) n`,
          `SELECT create_distributed_table_concurrently('events', 'id')`,
        );
        return {
          shards: (await shardsOf(context, 'events')).length,
          placements: (await placementsOf(context, 'events')).length,
          rows: await context.rows('SELECT count(*), sum(id) FROM events'),
        };
      },
    },
    {
      title: 'splits a shard online',
      async run(context) {
        const [shard] = await context.rows(
          `SELECT shardid, shardminvalue::int + 1000 AS point FROM pg_dist_shard
           WHERE logicalrelid = 'events'::regclass ORDER BY shardid LIMIT 1`,
        );
        const nodes = await context.rows(`SELECT nodeid FROM pg_dist_node WHERE groupid > 0 ORDER BY nodeid LIMIT 2`);
        await context.rows(
          `SELECT citus_split_shard_by_split_points($1, ARRAY[$2::text], $3::int[], 'force_logical')`,
          [shard?.['shardid'], shard?.['point'], nodes.map(({ nodeid }) => nodeid)],
        );
        return {
          shards: (await shardsOf(context, 'events')).length,
          rows: await context.rows('SELECT count(*), sum(id) FROM events'),
        };
      },
    },
    {
      title: 'moves a shard online',
      async run(context) {
        const [placement] = await placementsOf(context, 'events');
        const target = context.workerNumbers
          .map((worker) => context.host(worker))
          .find((host) => host !== placement?.['nodename']);
        await context.rows(`SELECT citus_move_shard_placement($1, $2, 5432, $3, 5432, 'force_logical')`, [
          placement?.['shardid'],
          placement?.['nodename'],
          target,
        ]);
        const moved = await placementsOf(context, 'events');
        return {
          isThere: moved.some(({ shardid, nodename }) => shardid === placement?.['shardid'] && nodename === target),
          rows: await context.rows('SELECT count(*), sum(id) FROM events'),
        };
      },
    },
  ],
};
