import { readPlacements, withConnection, type Placement } from '@citus-ha/citus';
import { type ClusterHandle } from '@citus-ha/cluster';
import { databaseMembers, membersOf } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import type { OpValues, ShardChecksums, TableKind } from '../history/op.js';
import type { Recorder } from '../history/recorder.js';
import { applicationName } from '../load/connection.js';
import { accountTable, ledgerTable, registerTable, schema } from '../workloads/tables.js';

const tableKinds: readonly TableKind[] = ['distributed', 'reference', 'local'];

/** Reads what the load has left behind, once nothing of it is under way; what cannot be read is left out of the history. */
export async function readFinally(cluster: ClusterHandle, recorder: Recorder): Promise<void> {
  await untilQuiet(cluster).catch(() => undefined);
  const prepared = await settledPrepared(cluster);
  recorder.record({ process: 'runner', type: 'ok', f: 'finalPrepared', value: prepared });
  for (const table of tableKinds) {
    const ids = await readIds(cluster, `SELECT id FROM ${ledgerTable(table)}`).catch(() => undefined);
    if (ids) recorder.record({ process: 'runner', type: 'ok', f: 'finalLedger', value: { table, ids } });
  }
  const transfers = await readIds(cluster, `SELECT unnest(transfers) AS id FROM ${accountTable}`).catch(
    () => undefined,
  );
  if (transfers) recorder.record({ process: 'runner', type: 'ok', f: 'finalTransfers', value: transfers });
  const registers = await readRegisters(cluster).catch(() => undefined);
  if (registers) recorder.record({ process: 'runner', type: 'ok', f: 'finalRegisters', value: registers });
  const placements = await checksumPlacements(cluster).catch(() => undefined);
  if (placements) recorder.record({ process: 'runner', type: 'ok', f: 'finalPlacements', value: placements });
}

/** Requests that were given up go on in their server until it notices. */
async function untilQuiet(cluster: ClusterHandle): Promise<void> {
  await waitFor({
    what: 'the last requests to end',
    probe: () =>
      withConnection(cluster.endpoint('write'), async (client) => {
        const { rows } = await client.query<{ busy: number }>(
          "SELECT count(*)::int AS busy FROM pg_stat_activity WHERE application_name = $1 AND state <> 'idle'",
          [applicationName],
        );
        return rows[0]?.busy === 0;
      }),
    timeoutMs: 30_000,
    signal: cluster.signal,
  });
}

/** Counts prepared transactions of every server, once there is none or long enough for Citus to have ended them. */
async function settledPrepared(cluster: ClusterHandle): Promise<Readonly<Record<string, number | null>>> {
  let seen: Readonly<Record<string, number | null>> = Object.fromEntries(
    databaseMembers(cluster.spec).map(({ name }) => [name, null]),
  );
  const probe = async () => {
    seen = await countPrepared(cluster);
    return Object.values(seen).every((count) => count === 0);
  };
  await waitFor({
    what: 'no prepared transaction',
    probe,
    timeoutMs: 30_000,
    intervalMs: 1_000,
    signal: cluster.signal,
  }).catch(() => undefined);
  return seen;
}

async function countPrepared(cluster: ClusterHandle): Promise<Readonly<Record<string, number | null>>> {
  const counts = databaseMembers(cluster.spec).map(async ({ name }) => {
    const count = await withConnection(cluster.sql(name), async (client) => {
      const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM pg_prepared_xacts');
      return rows[0]?.count ?? null;
    }).catch(() => null);
    return [name, count] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

async function readIds(cluster: ClusterHandle, query: string): Promise<readonly number[]> {
  const rows = await readRows<{ id: string }>(cluster, query);
  return rows.map(({ id }) => Number(id));
}

async function readRegisters(cluster: ClusterHandle): Promise<OpValues['finalRegisters']> {
  const rows = await readRows<{ slot: number; value: string | null }>(cluster, `TABLE ${registerTable}`);
  return rows.map(({ slot, value }) => ({ key: slot, value: value === null ? null : Number(value) }));
}

function readRows<R extends object>(cluster: ClusterHandle, query: string): Promise<readonly R[]> {
  return waitFor({
    what: `an answer to ${query}`,
    probe: () => withConnection(cluster.endpoint('write'), async (client) => (await client.query<R>(query)).rows),
    timeoutMs: 60_000,
    intervalMs: 1_000,
    signal: cluster.signal,
  });
}

async function checksumPlacements(cluster: ClusterHandle): Promise<readonly ShardChecksums[]> {
  const all = await withConnection(cluster.endpoint('write'), readPlacements);
  const placements = all.filter(({ table }) => table.startsWith(`${schema}.`));
  const sums = await Promise.all(
    placements.map(async (placement) => ({
      ...placement,
      server: memberAt(cluster, placement.host),
      sum: await checksum(cluster, placement).catch(() => null),
    })),
  );
  return [...new Set(placements.map(({ shardId }) => shardId))].map((shardId) => {
    const ofShard = sums.filter((placement) => placement.shardId === shardId);
    return {
      shardId,
      table: ofShard[0]?.table ?? '',
      checksums: Object.fromEntries(ofShard.map(({ server, sum }) => [server, sum])),
    };
  });
}

/** Rows and a sum over the hashes of all of them, in whatever order they lie. */
async function checksum(cluster: ClusterHandle, { table, shardId, host }: Placement): Promise<string | null> {
  return withConnection(cluster.sql(memberAt(cluster, host)), async (client) => {
    const { rows } = await client.query<{ sum: string }>(
      `SELECT count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS sum FROM ${table}_${shardId} t`,
    );
    return rows[0]?.sum ?? null;
  });
}

/** The member that a node's host name or address means. */
export function memberAt({ spec, site }: ClusterHandle, host: string): string {
  const member = membersOf(spec).find(({ name }) => {
    const place = site.members[name];
    return name === host || place?.host === host || place?.address === host;
  });
  return member?.name ?? host;
}
