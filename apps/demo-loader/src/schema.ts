import { CodedError } from '@citus-ha/core';
import type { Client } from 'pg';
import { chatTables, type ChatTable } from './tables.js';

/** What has been loaded, in a table of the coordinator's own: it commits with the rows it speaks of. */
export interface LoadState {
  readonly seed: number;
  /** How many rooms are asked for, and up to which id they are there. */
  readonly rooms: number;
  readonly roomsLoaded: number;
}

const createStateSql = `
CREATE TABLE IF NOT EXISTS demo_load (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  seed bigint NOT NULL,
  rooms bigint NOT NULL,
  rooms_loaded bigint NOT NULL
)`;

/** Creates and distributes what is missing; can be repeated. Tables that the demo did not make are refused. */
export async function createTables(client: Client, { seed, rooms }: { seed: number; rooms: number }): Promise<void> {
  await requireCitus(client);
  if (!(await exists(client, 'demo_load'))) await refuseStrangers(client);
  await client.query(createStateSql);
  await client.query('INSERT INTO demo_load (seed, rooms, rooms_loaded) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', [
    seed,
    rooms,
  ]);
  for (const table of chatTables) {
    await client.query(createTableSql(table));
    if (await isDistributed(client, table.name)) continue;
    await (table.distributedBy === undefined
      ? client.query('SELECT create_reference_table($1::regclass)', [table.name])
      : distribute(client, table.name, table.distributedBy, table.name === 'rooms' ? 'default' : 'rooms'));
  }
}

/** Removes the demo's tables; answers whether there were any. */
export async function dropTables(client: Client): Promise<boolean> {
  if (!(await exists(client, 'demo_load'))) return false;
  for (const { name } of chatTables.toReversed()) await client.query(`DROP TABLE IF EXISTS ${name}`);
  await client.query('DROP TABLE demo_load');
  return true;
}

/** @param lock Holds off any other load until the end of the transaction. */
export async function readState(client: Client, { lock }: { lock: boolean }): Promise<LoadState | undefined> {
  if (!(await exists(client, 'demo_load'))) return undefined;
  const { rows } = await client.query<Record<'seed' | 'rooms' | 'rooms_loaded', string>>(
    `SELECT seed, rooms, rooms_loaded FROM demo_load${lock ? ' FOR UPDATE' : ''}`,
  );
  const row = rows[0];
  return row && { seed: Number(row.seed), rooms: Number(row.rooms), roomsLoaded: Number(row.rooms_loaded) };
}

export async function requireCitus(client: Client): Promise<void> {
  const { rowCount } = await client.query(`SELECT FROM pg_proc WHERE proname = 'create_distributed_table'`);
  if (rowCount) return;
  throw new CodedError(
    'NO_CITUS',
    `Database ${client.database} at ${client.host}:${client.port} has no create_distributed_table`,
    {
      blame: 'user',
      fix: 'Connect to the coordinator of a Citus cluster, in the database that has Citus; `citus-ha uri` prints where.',
    },
  );
}

export async function isDistributed(client: Client, table: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_dist_partition WHERE logicalrelid = $1::regclass', [table]);
  return rowCount !== 0;
}

export async function distribute(
  client: Client,
  table: string,
  column: string,
  colocateWith = 'default',
): Promise<void> {
  await client.query('SELECT create_distributed_table($1::regclass, $2, colocate_with => $3)', [
    table,
    column,
    colocateWith,
  ]);
}

export async function exists(client: Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return rows[0]?.found ?? false;
}

async function refuseStrangers(client: Client): Promise<void> {
  for (const { name } of chatTables) {
    if (!(await exists(client, name))) continue;
    throw new CodedError('TABLE_TAKEN', `Table ${name} is there already, and was not made by this demo`, {
      blame: 'user',
      fix: `Rename or drop ${name}, or load the demo into another database.`,
    });
  }
}

function createTableSql({ name, columns, primaryKey }: ChatTable): string {
  const lines = columns.map((column) => `${column.name} ${column.type} NOT NULL`);
  return `CREATE TABLE IF NOT EXISTS ${name} (${lines.join(', ')}, PRIMARY KEY (${primaryKey.join(', ')}))`;
}
