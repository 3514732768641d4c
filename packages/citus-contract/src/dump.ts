import { expect } from 'vitest';
import { createChat } from './chat.js';
import type { Concern, ContractCase } from './contract-case.js';
import { ContractContext, type ProgramResult } from './contract-context.js';
import { prepareDatabase, registerAll } from './fresh-database.js';

const tables = ['kinds', 'rooms', 'room_members', 'messages', 'notes'];

const checksums = async (context: ContractContext): Promise<unknown[]> => {
  const found: unknown[] = [];
  for (const table of tables) {
    const [row] = await context.rows(`SELECT count(*)::int, sum(hashtext(t::text))::text AS hash FROM ${table} t`);
    found.push({ table, ...row });
  }
  return found;
};

async function run(context: ContractContext, name: string, args: readonly string[], input = ''): Promise<string> {
  const result: ProgramResult = await context.program(name, args, input);
  expect(result, `${name} ${args.join(' ')}`).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

const cases: readonly ContractCase[] = [
  {
    title: 'dumps distributed tables as ordinary ones, with their rows and without the engine',
    async run(context) {
      const schema = await run(context, 'pg_dump', ['--schema-only']);
      expect(schema).not.toMatch(/CREATE (FOREIGN TABLE|SERVER|TRIGGER)|PARTITION BY|pg_dist_/);
      return schema.match(/CREATE TABLE [^;]*;|ADD CONSTRAINT [^;]*;/g)?.map((statement) => statement.split('\n'));
    },
  },
  {
    title: 'restores a dump into a second cluster, table by table, with the same rows',
    async run(context) {
      const schema = await run(context, 'pg_dump', ['--schema-only']);
      const data = await run(context, 'pg_dump', ['--data-only']);
      const restored = new ContractContext(context.servers, context.engine, 'restored');
      await prepareDatabase(restored);
      await registerAll(restored);
      const psql = ['-X', '-q', '-v', 'ON_ERROR_STOP=1'];
      await run(restored, 'psql', psql, schema);
      await restored.execute(
        `SELECT create_reference_table('kinds')`,
        `SELECT create_distributed_table('rooms', 'id')`,
        `SELECT create_distributed_table('room_members', 'room_id', colocate_with => 'rooms')`,
        `SELECT create_distributed_table('messages', 'room_id', colocate_with => 'rooms')`,
      );
      await run(restored, 'psql', psql, data);
      expect(await checksums(restored)).toEqual(await checksums(context));
      return checksums(restored);
    },
  },
];

/** pg_dump and restore. */
export const dump: Concern = { name: 'dump', prepared: 'with all nodes', setUp: createChat, cases };
