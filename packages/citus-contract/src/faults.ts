import { DatabaseError } from 'pg';
import { expect } from 'vitest';
import { readRedundancy } from './redundancy.js';
import { createChat } from './chat.js';
import type { Concern, ContractCase } from './contract-case.js';
import type { ContractContext, Row } from './contract-context.js';
import { idPlacedOn, placementsOf } from './shards.js';
import { expectEqualCopies } from './writes.js';

const counts = (context: ContractContext): Promise<Row[]> =>
  context.rows('SELECT (SELECT count(*) FROM rooms) AS rooms, (SELECT count(*) FROM messages) AS messages');

const renameKind = `UPDATE kinds SET label = label WHERE kind = 'public'`;

async function rename(context: ContractContext, id: number, name: string): Promise<number | null> {
  const { rowCount } = await context.result('UPDATE rooms SET name = $2 WHERE id = $1', [id, name]);
  return rowCount;
}

/** Whether a write is taken, or the class of its SQLSTATE: which connection fails first is left to the engine. */
async function outcomeOf(task: () => Promise<unknown>): Promise<string> {
  try {
    await task();
    return 'done';
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return `refused, SQLSTATE class ${error.code?.slice(0, 2)}`;
  }
}

const insertSpanning = (context: ContractContext): Promise<unknown> =>
  context.on(0, async (client) => {
    await client.query('BEGIN');
    await client.query(`UPDATE messages SET body = body || ' (edited)'`);
    await client.query('ROLLBACK');
  });

const withoutLastWorker: readonly ContractCase[] = [
  {
    title: 'reads every row while a worker is down',
    async run(context) {
      await context.servers.stop(3);
      return counts(context);
    },
  },
  {
    title: 'writes where all placements are up, and nowhere else, while a worker other than the first is down',
    async run(context) {
      const away = await idPlacedOn(context, 'rooms', [1, 2]);
      const touched = await idPlacedOn(context, 'rooms', [2, 3]);
      return {
        away: await outcomeOf(() => rename(context, away, 'still here')),
        touched: await outcomeOf(() => rename(context, touched, 'never')),
        all: await outcomeOf(() => insertSpanning(context)),
        reference: await outcomeOf(() => context.rows(renameKind)),
        never: await context.rows(`SELECT * FROM rooms WHERE name = 'never'`),
      };
    },
  },
  {
    title: 'reports the links to a worker that is down as broken',
    async run(context) {
      const links = await context.rows('SELECT * FROM citus_check_cluster_node_health() ORDER BY 1, 2, 3, 4');
      return links.filter(({ to_nodename: to }) => to === context.host(3));
    },
  },
  {
    title: 'writes again when the worker is back',
    async run(context) {
      await context.servers.start(3);
      const touched = await idPlacedOn(context, 'rooms', [2, 3]);
      const outcome = await outcomeOf(() => rename(context, touched, 'back'));
      await expectEqualCopies(context, 'rooms');
      return outcome;
    },
  },
];

const withoutTwoWorkers: readonly ContractCase[] = [
  {
    title: 'reads what has a placement left while two workers are down, and refuses the rest',
    async run(context) {
      const lost = await idPlacedOn(context, 'rooms', [2, 3]);
      const left = await idPlacedOn(context, 'rooms', [1, 2]);
      await Promise.all([context.servers.stop(2), context.servers.stop(3)]);
      const readRoom = (id: number): Promise<string> =>
        outcomeOf(() => context.rows('SELECT * FROM rooms WHERE id = $1', [id]));
      const outcomes = {
        left: await readRoom(left),
        lost: await readRoom(lost),
        reference: await context.rows('SELECT count(*) FROM kinds'),
      };
      await Promise.all([context.servers.start(2), context.servers.start(3)]);
      return { outcomes, after: await counts(context) };
    },
  },
];

const withoutFirstWorker: readonly ContractCase[] = [
  {
    title: 'writes to no replicated table and to no reference table while the first worker is down, but reads all',
    async run(context) {
      await context.servers.stop(1);
      const away = await idPlacedOn(context, 'rooms', [2, 3]);
      return {
        away: await outcomeOf(() => rename(context, away, 'never')),
        all: await outcomeOf(() => insertSpanning(context)),
        reference: await outcomeOf(() => context.rows(renameKind)),
        counts: await counts(context),
      };
    },
  },
  {
    title: 'writes again once the dead first worker is disabled',
    async run(context) {
      await context.rows('SELECT citus_disable_node($1, 5432, synchronous := true)', [context.host(1)]);
      const outcomes: Record<string, string> = {};
      for (const servers of [
        [1, 2],
        [2, 3],
        [1, 3],
      ]) {
        const id = await idPlacedOn(context, 'rooms', servers);
        outcomes[servers.join(' and ')] = await outcomeOf(() => rename(context, id, 'while one was down'));
      }
      return {
        outcomes,
        reference: await outcomeOf(() => context.rows(renameKind)),
        counts: await counts(context),
        active: await context.rows('SELECT * FROM citus_get_active_worker_nodes() ORDER BY 1'),
        redundancy: await context.on(0, (client) => readRedundancy(client, 2)),
      };
    },
  },
  {
    title: 'puts new tables on the workers that are left',
    async run(context) {
      await context.execute(
        'CREATE TABLE later (id int PRIMARY KEY)',
        `SELECT create_distributed_table('later', 'id', colocate_with => 'none')`,
      );
      const placements = await placementsOf(context, 'later');
      await context.execute('DROP TABLE later');
      return placements.map(({ nodename }) => nodename);
    },
  },
  {
    title: 'refuses to activate a node that is still down',
    async run(context) {
      return outcomeOf(() => context.rows('SELECT citus_activate_node($1, 5432)', [context.host(1)]));
    },
  },
  {
    title: 'drops the stale placements of a node that is activated',
    async run(context) {
      await context.servers.start(1);
      const answer = await context.rows('SELECT citus_activate_node($1, 5432)', [context.host(1)]);
      return {
        answer,
        rooms: await placementsOf(context, 'rooms'),
        kinds: await placementsOf(context, 'kinds'),
        redundancy: await context.on(0, (client) => readRedundancy(client, 2)),
      };
    },
  },
  {
    title: 'copies missing placements anew with replicate_table_shards',
    async run(context) {
      const answer = await context.rows(`SELECT replicate_table_shards('rooms', 2, 10, '{}', 'block_writes')`);
      const redundancy = await context.on(0, (client) => readRedundancy(client, 2));
      await Promise.all(['rooms', 'messages', 'room_members'].map((table) => expectEqualCopies(context, table)));
      return {
        answer,
        redundancy,
        copies: await context.rows(
          `SELECT logicalrelid::text AS "table", count(*) AS placements
           FROM pg_dist_placement JOIN pg_dist_shard USING (shardid) GROUP BY 1 ORDER BY 1`,
        ),
        written: await context.rows(`SELECT count(*) FROM rooms WHERE name = 'while one was down'`),
      };
    },
  },
  {
    title: 'has the reference table whole on the activated node again',
    async run(context) {
      await context.execute(`INSERT INTO kinds VALUES ('late', 'came after')`);
      await expectEqualCopies(context, 'kinds');
      return placementsOf(context, 'kinds');
    },
  },
];

const onlyPlacement: readonly ContractCase[] = [
  {
    title: 'refuses to disable a node that holds the only placement of a shard',
    async run(context) {
      await context.execute(
        'CREATE TABLE single (id int PRIMARY KEY)',
        'SET citus.shard_replication_factor = 1',
        `SELECT create_distributed_table('single', 'id', colocate_with => 'none')`,
      );
      const refusal = await context.refusal('SELECT citus_disable_node($1, 5432)', [context.host(2)]);
      await context.execute('DROP TABLE single');
      return refusal;
    },
  },
  {
    title: 'refuses to disable a node while another one is down',
    async run(context) {
      await context.servers.stop(3);
      const outcome = await outcomeOf(() =>
        context.rows('SELECT citus_disable_node($1, 5432, synchronous := true)', [context.host(2)]),
      );
      await context.servers.start(3);
      expect(await context.rows('SELECT count(*) FROM citus_get_active_worker_nodes()')).toEqual([{ count: '3' }]);
      return outcome;
    },
  },
];

/** What still works, and what must not, while workers are down. */
export const faults: Concern = {
  name: 'faults',
  prepared: 'with all nodes',
  setUp: createChat,
  cases: [...withoutLastWorker, ...withoutTwoWorkers, ...withoutFirstWorker, ...onlyPlacement],
};
