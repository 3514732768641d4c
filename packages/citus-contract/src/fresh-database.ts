import { ContractContext } from './contract-context.js';

/** Creates the context's database on every server and installs the engine into it. */
export async function prepareDatabase(context: ContractContext): Promise<void> {
  const maintenance = new ContractContext(context.servers, context.engine, 'postgres');
  await Promise.all(
    context.servers.addresses.map(async (_, server) => {
      await maintenance.on(server, (client) =>
        client.query(`CREATE DATABASE ${client.escapeIdentifier(context.database)}`),
      );
      await context.on(server, (client) => context.engine.install(client));
    }),
  );
}

/** Registers the coordinator and its workers, in order. */
export async function registerAll(context: ContractContext): Promise<void> {
  await context.rows('SELECT citus_set_coordinator_host($1, 5432)', [context.host(0)]);
  for (const worker of context.workerNumbers) {
    await context.rows('SELECT citus_add_node($1, 5432)', [context.host(worker)]);
  }
}
