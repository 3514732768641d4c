import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '@citus-ha/core';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { csvChunks } from './row-stream.js';
import { createTables, readState } from './schema.js';
import { chatTables, roomTables, topicsTable, type ChatTable } from './tables.js';

export interface LoadRequest {
  readonly seed: number;
  readonly rooms: number;
  /** Rooms of the first transaction, 5,000 unless told. */
  readonly firstBatchRooms?: number;
  /** Rooms that are there already; called once the tables are. */
  readonly onStart: (roomsLoaded: number) => void;
  readonly onRows: (rows: number) => void;
}

/**
 * A transaction is what is rolled back when a load is interrupted, and costs up to 0.1 s by itself: the next one is twice as
 * large as long as one is done within this time.
 */
const batchMs = 2_000;

/** Citus opens a connection a shard for COPY, and keeps only one a worker from one transaction to the next unless told. */
const keepWorkerConnectionsSql = 'SET citus.max_cached_conns_per_worker = 32';

/**
 * Loads the rooms that are not there yet, in batches, each one transaction over all tables together with the record of how
 * far it got. Can be repeated, interrupted at any point, and run twice at a time.
 *
 * @throws CodedError `OTHER_DEMO` when the tables hold another seed, or more rooms than asked for.
 */
export async function loadChat(client: Client, request: LoadRequest): Promise<{ readonly changed: boolean }> {
  const { seed, rooms, firstBatchRooms = 5_000 } = request;
  await createTables(client, request);
  await client.query(keepWorkerConnectionsSql);
  const begun = await stateOf(client, request);
  request.onStart(begun);
  if (begun < rooms) await removeUnrecorded(client, request);
  let batchRooms = firstBatchRooms;
  for (let loaded = begun; loaded < rooms;) {
    const startedAt = performance.now();
    loaded = await inTransaction(client, async () => {
      const done = await stateOf(client, request, { lock: true });
      const last = Math.min(done + batchRooms, rooms);
      const tables = done === 0 ? chatTables : roomTables;
      for (const table of tables) await copy(client, table, { ...request, first: done + 1, last });
      await client.query('UPDATE demo_load SET seed = $1, rooms = $2, rooms_loaded = $3', [seed, rooms, last]);
      return last;
    });
    if (performance.now() - startedAt < batchMs) batchRooms *= 2;
  }
  return { changed: begun < rooms };
}

async function stateOf(client: Client, { seed, rooms }: LoadRequest, { lock } = { lock: false }): Promise<number> {
  const state = await readState(client, { lock });
  if (!state) return 0;
  if (state.seed === seed && state.roomsLoaded <= rooms) return state.roomsLoaded;
  if (state.roomsLoaded === 0) return 0;
  throw new CodedError(
    'OTHER_DEMO',
    `The tables hold ${state.roomsLoaded} rooms of seed ${state.seed}, not ${rooms} of seed ${seed}`,
    { blame: 'user', fix: 'Give --replace to load anew, or the same --seed and at least as many --rooms to go on.' },
  );
}

/**
 * Removes what a lost coordinator has committed on workers without recording it, as an engine without two-phase commit
 * can leave it.
 */
async function removeUnrecorded(client: Client, request: LoadRequest): Promise<void> {
  await inTransaction(client, async () => {
    const loaded = await stateOf(client, request, { lock: true });
    for (const { name, roomColumn } of roomTables) {
      await client.query(`DELETE FROM ${name} WHERE ${roomColumn} > $1`, [loaded]);
    }
    if (loaded === 0) await client.query(`DELETE FROM ${topicsTable.name}`);
  });
}

interface Copy extends LoadRequest {
  readonly first: number;
  readonly last: number;
}

async function copy(client: Client, table: ChatTable, { seed, first, last, onRows }: Copy): Promise<void> {
  const columns = table.columns.map(({ name }) => name).join(', ');
  const target = client.query(copyFrom(`COPY ${table.name} (${columns}) FROM STDIN (FORMAT csv)`));
  await pipeline(Readable.from(csvChunks(table, { seed, first, last }, onRows), { objectMode: false }), target);
}

async function inTransaction<T>(client: Client, task: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const answer = await task();
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
