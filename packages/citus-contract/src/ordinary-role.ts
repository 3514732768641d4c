import type { Concern } from './contract-case.js';
import type { ContractContext } from './contract-context.js';
import { distribution } from './distribution.js';
import { ordinaryLogin } from './postgres-servers.js';
import { rows } from './rows.js';
import { tutorials } from './tutorials.js';

/** A role made by plain SQL on the coordinator, with the right to make tables and no other; answers its view. */
export async function ordinaryRole(context: ContractContext): Promise<ContractContext> {
  const { user, password } = ordinaryLogin;
  // Roles are of the server, not of the database.
  const isThere = (await context.rows('SELECT FROM pg_roles WHERE rolname = $1', [user])).length > 0;
  if (!isThere) {
    const nodes = context.engine.kind === 'citus' ? [0] : [0, ...context.workerNumbers];
    for (const node of nodes) {
      await context.on(node, (client) => client.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`));
    }
  }
  await context.execute(`GRANT CREATE ON SCHEMA public TO ${user}`);
  return context.as(user, password);
}

/** All of it answers an ordinary role as it answers the superuser. */
export const ordinary: readonly Concern[] = [
  {
    name: 'tables_of_a_role',
    answers: 'tables',
    prepared: 'with all nodes',
    asOrdinaryRole: true,
    // Whose tables they are is in these views.
    cases: distribution.filter(({ title }) => title !== 'lists tables and shards in its views'),
  },
  { ...rows, name: 'rows_of_a_role', answers: 'rows', asOrdinaryRole: true },
  tutorials,
];
