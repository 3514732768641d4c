import { expect } from 'vitest';
import { bootstrap, type BootstrapResult, describeStep, type BootstrapRequest } from '@citus-ha/citus';
import type { Concern, ContractCase } from './contract-case.js';
import { ContractContext } from './contract-context.js';

function requestOf(context: ContractContext): BootstrapRequest {
  const server = (index: number, name: string): BootstrapRequest['workers'][number] => ({
    name,
    server: context.address(index),
    node: { host: context.host(index), port: 5432 },
  });
  return {
    engine: context.engine,
    coordinator: server(0, 'coordinator'),
    workers: context.workerNumbers.map((worker) => server(worker, `worker${worker}`)),
    timeoutMs: 20_000,
  };
}

const summary = ({ steps, nodes }: BootstrapResult): unknown => ({ steps: steps.map(describeStep), nodes });

const cases: readonly ContractCase[] = [
  {
    title: 'bootstraps a cluster from four bare servers',
    async run(context) {
      const told: string[] = [];
      const result = await bootstrap({ ...requestOf(context), onStep: (step) => told.push(describeStep(step)) });
      expect(told).toEqual(result.steps.map(describeStep));
      expect(result.engine).toMatchObject({ kind: context.engine.kind });
      return summary(result);
    },
  },
  {
    title: 'plans nothing the second time',
    async run(context) {
      expect((await bootstrap(requestOf(context))).steps).toEqual([]);
    },
  },
  {
    title: 'activates and registers what a half-done run left behind',
    async run(context) {
      await context.rows('SELECT citus_disable_node($1, 5432)', [context.host(2)]);
      await context.synced();
      await context.rows('SELECT citus_remove_node($1, 5432)', [context.host(3)]);
      return summary(await bootstrap(requestOf(context)));
    },
  },
  {
    title: 'brings back the engine on a worker that lost its database',
    async run(context) {
      const maintenance = new ContractContext(context.servers, context.engine, 'postgres');
      await maintenance.on(2, (client) =>
        client.query(`DROP DATABASE ${client.escapeIdentifier(context.database)} WITH (FORCE)`),
      );
      const result = summary(await bootstrap(requestOf(context)));
      await context.execute('CREATE TABLE t (id int PRIMARY KEY)', `SELECT create_distributed_table('t', 'id')`);
      await context.execute('INSERT INTO t SELECT generate_series(1, 30)');
      expect(await context.rows('SELECT count(*) FROM t')).toEqual([{ count: '30' }]);
      return result;
    },
  },
  {
    title: 'leaves the coordinator to others where they register it, and waits for them',
    async run(context) {
      const other = new ContractContext(context.servers, context.engine, 'left_to_others');
      const request = requestOf(other);
      const leftToOthers = { ...request, coordinator: { name: 'coordinator', server: request.coordinator.server } };
      await expect(bootstrap({ ...leftToOthers, timeoutMs: 2000 })).rejects.toMatchObject({ code: 'TIMEOUT' });
      await other.rows('SELECT citus_set_coordinator_host($1, 5432)', [other.host(0)]);
      return summary(await bootstrap(leftToOthers));
    },
  },
  {
    title: 'explains the refusal of a worker that is registered under another name',
    async run(context) {
      const { workers, ...rest } = requestOf(context);
      const renamed = workers.map((worker, index) =>
        index === 1 ? { ...worker, node: { host: context.otherName(2), port: 5432 } } : worker,
      );
      await expect(bootstrap({ ...rest, workers: renamed })).rejects.toMatchObject({
        code: 'NODE_KNOWN_BY_ANOTHER_NAME',
      });
    },
  },
];

/** The bootstrap client of this package, on servers that have nothing yet. */
export const bootstrapping: Concern = { name: 'bootstrap', prepared: 'not at all', cases };
