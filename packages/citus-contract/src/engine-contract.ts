import { afterAll, beforeAll, describe, it } from 'vitest';
import type { EngineInstaller } from '@citus-ha/citus';
import { bootstrapping } from './bootstrap.js';
import type { Concern } from './contract-case.js';
import { ContractContext } from './contract-context.js';
import { dump } from './dump.js';
import { faults } from './faults.js';
import { prepareDatabase, registerAll } from './fresh-database.js';
import { logicalSettings, online } from './online.js';
import { ordinary, ordinaryRole } from './ordinary-role.js';
import { expectGolden } from './golden.js';
import { nodes } from './nodes.js';
import { startPostgresServers, type PostgresServers } from './postgres-servers.js';
import { rows } from './rows.js';
import { tables } from './tables.js';

export interface EngineContractOptions {
  /** Shown in the titles: `Citus 13.2.2 on PostgreSQL 17`. */
  readonly name: string;
  readonly engine: EngineInstaller;
  /** Folder of initdb, postgres, psql and pg_dump. */
  readonly postgresBinDir: string;
  /** shared_preload_libraries of all servers. */
  readonly preload?: readonly string[];
  /** Folder of the answers of real Citus, named `citus-VERSION`; without it answers are not compared. */
  readonly golden?: string;
  /** Cases that the engine is known to answer otherwise, by title, with the reason; one that is met after all fails. */
  readonly differs?: Readonly<Record<string, string>>;
}

const concerns: readonly Concern[] = [bootstrapping, nodes, tables, rows, ...ordinary, online, faults, dump];

/**
 * Declares the suite that every engine must pass: on a coordinator and three workers of its own, real PostgreSQL servers
 * that are gone afterwards. Call it at the top of a test file; it needs the user postgres where it runs as root.
 */
export function engineContract(options: EngineContractOptions): void {
  const { name, engine, postgresBinDir, preload = [], golden, differs = {} } = options;
  describe(`The engine contract on ${name}`, () => {
    let servers: PostgresServers;
    beforeAll(async () => {
      const logical = engine.kind === 'citus' ? await logicalSettings(postgresBinDir) : {};
      servers = await startPostgresServers({
        count: 4,
        postgresBinDir,
        preload,
        settings: (host) => ({ ...settings(host), ...logical }),
      });
    });
    afterAll(async () => servers?.dispose());

    describe.each(concerns.map((concern) => [concern.name, concern] as const))('%s', (_, concern) => {
      let context: ContractContext;
      beforeAll(async () => {
        context = await openContext(servers, engine, concern);
      });
      for (const contractCase of concern.cases) {
        const reason = differs[contractCase.title];
        const declare = reason === undefined ? it : it.fails;
        declare(reason === undefined ? contractCase.title : `${contractCase.title} (differs: ${reason})`, async () => {
          const answer = await contractCase.run(context);
          if (golden !== undefined && answer !== undefined) {
            const { answers = concern.name } = concern;
            await expectGolden(context, golden, { concern: answers, title: contractCase.title }, answer);
          }
        });
      }
    });
  });
}

const settings = (host: string): Record<string, string | number> => ({
  'citus.shard_count': 3,
  'citus.shard_replication_factor': 2,
  'citus.node_conninfo': 'sslmode=disable',
  'citus.local_hostname': host,
});

async function openContext(
  servers: PostgresServers,
  engine: EngineInstaller,
  concern: Concern,
): Promise<ContractContext> {
  const context = new ContractContext(servers, engine, concern.name);
  if (concern.prepared !== 'not at all') await prepareDatabase(context);
  if (concern.prepared === 'with all nodes') await registerAll(context);
  const user = concern.asOrdinaryRole ? await ordinaryRole(context) : context;
  await concern.setUp?.(user);
  return user;
}
