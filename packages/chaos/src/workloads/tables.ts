import { readPlacements, withConnection, type ServerAddress } from '@citus-ha/citus';
import type { TableKind } from '../history/op.js';

export const schema = 'citus_ha_chaos';

export const ledgerTable = (kind: TableKind) => `${schema}.ledger_${kind}`;
export const accountTable = `${schema}.account`;
export const registerTable = `${schema}.register`;
export const scannedTable = `${schema}.scanned`;

/** A shard that load is put on. */
export interface LoadedShard {
  /** Workers that hold it: `worker1+worker2`. */
  readonly group: string;
  /** Values of the distribution column that fall into it. */
  readonly slots: readonly number[];
}

export interface LoadTables {
  readonly shards: readonly LoadedShard[];
  readonly bankTotal: number;
}

const openingBalance = 100;
export const accountsPerShard = 2;

/**
 * One by one, never by CASCADE: what depends on a table may be more than the table. A table goes after those that are
 * co-located with it.
 */
const removal = [
  ...['scanned', 'register', 'account', 'ledger_distributed', 'ledger_reference', 'ledger_local', 'beat'].map(
    (table) => `DROP TABLE IF EXISTS ${schema}.${table}`,
  ),
  `DROP SCHEMA IF EXISTS ${schema}`,
];

/** Statements that make the tables; each commits by itself, so that workers have the schema before its tables come. */
const creation = [
  `CREATE SCHEMA ${schema}`,
  // No primary key: a doubled row has to be possible to be found.
  `CREATE TABLE ${schema}.ledger_distributed (slot int NOT NULL, id bigint NOT NULL)`,
  `CREATE INDEX ON ${schema}.ledger_distributed (slot, id)`,
  `SELECT create_distributed_table('${schema}.ledger_distributed', 'slot', colocate_with => 'none')`,
  `CREATE TABLE ${schema}.ledger_reference (slot int NOT NULL, id bigint NOT NULL)`,
  `CREATE INDEX ON ${schema}.ledger_reference (slot, id)`,
  `SELECT create_reference_table('${schema}.ledger_reference')`,
  `CREATE TABLE ${schema}.ledger_local (slot int NOT NULL, id bigint NOT NULL)`,
  `CREATE INDEX ON ${schema}.ledger_local (slot, id)`,
  // An account keeps the ids of its transfers, so that one that is lost shows.
  `CREATE TABLE ${accountTable} (slot int PRIMARY KEY, balance bigint NOT NULL, transfers bigint[] NOT NULL DEFAULT '{}')`,
  `CREATE TABLE ${registerTable} (slot int PRIMARY KEY, value bigint)`,
  ...[accountTable, registerTable].map(
    (table) => `SELECT create_distributed_table('${table}', 'slot', colocate_with => '${schema}.ledger_distributed')`,
  ),
  `CREATE TABLE ${schema}.beat (member text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
];

const rowsToScan = 20_000;

const creationOfScanned = [
  `CREATE TABLE ${scannedTable} (slot int NOT NULL, id bigint NOT NULL, filler text NOT NULL)`,
  `SELECT create_distributed_table('${scannedTable}', 'slot', colocate_with => '${schema}.ledger_distributed')`,
  `INSERT INTO ${scannedTable} SELECT id % 1000, id, repeat(md5(id::text), 8) FROM generate_series(1, ${rowsToScan}) AS id`,
];

const slotsSql = `
SELECT get_shard_id_for_distribution_column('${schema}.ledger_distributed', slot)::text AS "shardId", slot
FROM generate_series(1, $1) AS slot`;

export interface TablesOptions {
  /** The member that a node's host means. */
  readonly nameOfHost: (host: string) => string;
  /** Whether there is to be a big table to scan. */
  readonly scanned: boolean;
}

/** Makes the tables anew, on the write endpoint, and finds values that fall into each shard. */
export async function createTables(
  endpoint: ServerAddress,
  { nameOfHost, scanned }: TablesOptions,
): Promise<LoadTables> {
  return withConnection(endpoint, async (client) => {
    for (const statement of [...removal, ...creation, ...(scanned ? creationOfScanned : [])])
      await client.query(statement);
    const placements = (await readPlacements(client)).filter(({ table }) => table === ledgerTable('distributed'));
    const shardIds = [...new Set(placements.map(({ shardId }) => shardId))];
    const { rows } = await client.query<{ shardId: string; slot: number }>(slotsSql, [200 * shardIds.length]);
    const shards = shardIds.map((shardId) => ({
      group: placements
        .filter((placement) => placement.shardId === shardId)
        .map(({ host }) => nameOfHost(host))
        .toSorted()
        .join('+'),
      slots: rows.filter((row) => row.shardId === shardId).map(({ slot }) => slot),
    }));
    for (const { slots } of shards) {
      for (const slot of slots.slice(0, accountsPerShard)) {
        await client.query(`INSERT INTO ${accountTable} VALUES ($1, ${openingBalance})`, [slot]);
      }
      await client.query(`INSERT INTO ${registerTable} VALUES ($1, NULL)`, [slots[0]]);
    }
    return { shards, bankTotal: openingBalance * accountsPerShard * shards.length };
  });
}

/** Whether a server has the tables as the write endpoint has them now: a standby may have those of before for a while. */
export async function hasTables(endpoint: ServerAddress, server: ServerAddress): Promise<boolean> {
  const [wanted, seen] = await Promise.all([oidOn(endpoint), oidOn(server)]);
  return wanted === seen;
}

function oidOn(server: ServerAddress): Promise<string | null | undefined> {
  return withConnection(server, async (client) => {
    const { rows } = await client.query<{ oid: string | null }>(oidSql, [ledgerTable('reference')]);
    return rows[0]?.oid;
  });
}

const oidSql = 'SELECT to_regclass($1)::oid::text AS oid';

/** Does nothing where they are gone. */
export async function dropTables(endpoint: ServerAddress): Promise<void> {
  await withConnection(endpoint, async (client) => {
    for (const statement of removal) await client.query(statement);
  });
}
