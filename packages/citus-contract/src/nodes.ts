import { expect } from 'vitest';
import { engineVersion } from '@citus-ha/citus';
import type { Concern, ContractCase } from './contract-case.js';
import { refusalOf, type ContractContext, type Row } from './contract-context.js';

const catalogs = [
  'pg_dist_node',
  'pg_dist_partition',
  'pg_dist_shard',
  'pg_dist_placement',
  'citus_shards',
  'citus_tables',
];

async function registered(context: ContractContext): Promise<Row[]> {
  await context.synced();
  return context.rows('SELECT * FROM pg_dist_node ORDER BY nodeid');
}

const activeWorkers = (context: ContractContext): Promise<Row[]> =>
  context.rows('SELECT * FROM citus_get_active_worker_nodes() ORDER BY 1, 2');

const addNode = (context: ContractContext, host: string): Promise<Row[]> =>
  context.rows('SELECT citus_add_node($1, 5432)', [host]);

const nodeIdOf = async (context: ContractContext, worker: number): Promise<unknown> =>
  (await context.rows('SELECT nodeid FROM pg_dist_node WHERE nodename = $1', [context.host(worker)]))[0]?.['nodeid'];

const cases: readonly ContractCase[] = [
  {
    title: 'has the catalogs with their columns',
    run: (context) =>
      context.rows(
        `SELECT attrelid::regclass::text AS catalog, attname AS column, format_type(atttypid, atttypmod) AS type
         FROM pg_attribute
         WHERE attrelid = ANY ($1::text[]::regclass[]) AND attnum > 0 AND NOT attisdropped
         ORDER BY array_position($1, attrelid::regclass::text), attnum`,
        [catalogs],
      ),
  },
  {
    title: 'says in citus_version which engine it is',
    async run(context) {
      expect(await context.on(0, engineVersion)).toMatchObject({ kind: context.engine.kind });
    },
  },
  {
    title: 'registers the coordinator as group 0, which holds no shards',
    async run(context) {
      const answer = await context.rows('SELECT citus_set_coordinator_host($1, 5432)', [context.host(0)]);
      return { answer, registered: await registered(context) };
    },
  },
  {
    title: 'adds workers and numbers their groups in this order',
    async run(context) {
      const answers: Row[] = [];
      for (const worker of context.workerNumbers) answers.push(...(await addNode(context, context.host(worker))));
      return { answers, registered: await registered(context) };
    },
  },
  {
    title: 'answers the known id when a node is added again',
    async run(context) {
      return { answer: await addNode(context, context.host(2)), registered: await registered(context) };
    },
  },
  { title: 'lists the active workers by name and port', run: activeWorkers },
  {
    title: 'lets every node reach every node',
    run: (context) => context.rows('SELECT * FROM citus_check_cluster_node_health() ORDER BY 1, 2, 3, 4'),
  },
  {
    title: 'reaches a node by a new connection, and none that is not there',
    run: (context) =>
      context.rows(
        'SELECT citus_check_connection_to_node($1, 5432) AS there, citus_check_connection_to_node($2, 5432) AS nowhere',
        [context.host(1), 'nowhere.invalid'],
      ),
  },
  {
    title: 'refuses to disable the first worker unless synchronously',
    run: (context) => context.refusal('SELECT citus_disable_node($1, 5432)', [context.host(1)]),
  },
  {
    title: 'disables the first worker synchronously and activates it again',
    async run(context) {
      await context.rows('SELECT citus_disable_node($1, 5432, synchronous := true)', [context.host(1)]);
      const disabled = { registered: await registered(context), active: await activeWorkers(context) };
      const answer = await context.rows('SELECT citus_activate_node($1, 5432)', [context.host(1)]);
      return { disabled, answer, activated: await registered(context) };
    },
  },
  {
    title: 'leaves a disabled node out of the active workers until it is activated',
    async run(context) {
      await context.rows('SELECT citus_disable_node($1, 5432)', [context.host(3)]);
      const disabled = await activeWorkers(context);
      await context.synced();
      const answer = await context.rows('SELECT citus_activate_node($1, 5432)', [context.host(3)]);
      return { disabled, answer, activated: await activeWorkers(context) };
    },
  },
  {
    title: 'moves a node to another address and back',
    async run(context) {
      const nodeId = await nodeIdOf(context, 2);
      const answer = await context.rows('SELECT citus_update_node($1, $2, 5432)', [nodeId, context.otherName(2)]);
      const moved = await activeWorkers(context);
      await context.synced();
      await context.rows('SELECT citus_update_node($1, $2, 5432)', [nodeId, context.host(2)]);
      return { answer, moved, back: await registered(context) };
    },
  },
  {
    title: 'refuses to move a node onto another, or one that is not there',
    async run(context) {
      const nodeId = await nodeIdOf(context, 2);
      return {
        onto: await context.refusal('SELECT citus_update_node($1, $2, 5432)', [nodeId, context.host(3)]),
        unknown: await context.refusal('SELECT citus_update_node(4711, $1, 5432)', ['nowhere']),
      };
    },
  },
  {
    title: 'removes a node and gives a new id and group when it is added again',
    async run(context) {
      const answer = await context.rows('SELECT citus_remove_node($1, 5432)', [context.host(3)]);
      const removed = await registered(context);
      return { answer, removed, added: await addNode(context, context.host(3)), registered: await registered(context) };
    },
  },
  {
    title: 'refuses to disable, activate or remove a node it does not know',
    run: async (context) => ({
      disable: await context.refusal(`SELECT citus_disable_node('nowhere', 5432)`),
      activate: await context.refusal(`SELECT citus_activate_node('nowhere', 5432)`),
      remove: await context.refusal(`SELECT citus_remove_node('nowhere', 5432)`),
    }),
  },
  {
    title: 'takes node functions on the coordinator only',
    run: (context) =>
      refusalOf(() => context.on(1, (client) => client.query('SELECT citus_add_node($1, 5432)', [context.host(2)]))),
  },
  {
    title: 'refuses a worker that is registered already under another name',
    async run(context) {
      const { sqlstate } = await refusalOf(() => addNode(context, context.otherName(2)));
      return { sqlstate, registered: await registered(context) };
    },
  },
  {
    title: 'refuses to add a node that cannot be reached',
    async run(context) {
      const nobody = context.host(0).replace(/\d+$/, '9');
      const { sqlstate, message } = await refusalOf(() => addNode(context, nobody));
      expect(message).toContain(`${nobody}:5432 failed`);
      return { sqlstate, registered: (await registered(context)).length };
    },
  },
];

/** Registering, moving, disabling and removing nodes. */
export const nodes: Concern = { name: 'nodes', prepared: 'with the engine', cases };
