import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { CodedError } from '@citus-ha/core';
import type { Client } from 'pg';
import type { Row } from './chat.js';
import { readState, type LoadState } from './schema.js';
import { chatTables, fingerprint, fingerprintSql, type ChatTable } from './tables.js';

export interface TableVerdict {
  readonly name: string;
  readonly rows: number;
  readonly expectedRows: number;
  /** Sum over the rows of the first 32 bits of each row's MD5, in any order. */
  readonly checksum: string;
  readonly expectedChecksum: string;
  readonly ok: boolean;
}

export interface Verdict {
  readonly state: LoadState;
  /** Whether every room asked for is there, and every table holds exactly the rows it should. */
  readonly ok: boolean;
  readonly tables: readonly TableVerdict[];
}

/**
 * Compares what the servers hold with what the seed gives, table by table, by counts and checksums.
 *
 * @throws CodedError `NO_DEMO` where none was loaded.
 */
export async function verifyChat(client: Client, signal: AbortSignal): Promise<Verdict> {
  const state = await readState(client, { lock: false });
  if (!state) {
    throw new CodedError('NO_DEMO', `Database ${client.database} holds no demo`, {
      fix: 'Load it first: citus-ha-demo load.',
    });
  }
  const stop = new AbortController();
  const tables: TableVerdict[] = [];
  try {
    for (const table of chatTables) {
      // The servers add up while this process does.
      const [actual, expected] = await Promise.all([
        tallyOf(client, table),
        expectedTally(table, state, AbortSignal.any([signal, stop.signal])),
      ]);
      const ok = actual.rows === expected.rows && actual.checksum === expected.checksum;
      const expectation = { expectedRows: expected.rows, expectedChecksum: expected.checksum };
      tables.push({ name: table.name, ...actual, ...expectation, ok });
    }
  } finally {
    stop.abort();
  }
  return { state, ok: state.roomsLoaded === state.rooms && tables.every(({ ok }) => ok), tables };
}

interface Tally {
  readonly rows: number;
  readonly checksum: string;
}

async function tallyOf(client: Client, table: ChatTable): Promise<Tally> {
  const { rows } = await client.query<{ rows: string; checksum: string | null }>(
    `SELECT count(*) AS rows, sum(('x' || left(md5(${fingerprintSql(table)}), 8))::bit(32)::bigint) AS checksum FROM ${table.name}`,
  );
  return { rows: Number(rows[0]?.rows), checksum: rows[0]?.checksum ?? '0' };
}

/** What the rooms loaded so far must add up to. */
async function expectedTally(
  table: ChatTable,
  { seed, roomsLoaded }: Pick<LoadState, 'seed' | 'roomsLoaded'>,
  signal: AbortSignal,
): Promise<Tally> {
  const last = table.roomColumn === undefined ? Math.min(1, roomsLoaded) : roomsLoaded;
  let rows = 0;
  let checksum = 0n;
  for (let roomId = 1; roomId <= last; roomId++) {
    if (roomId % roomsATurn === 0) await setImmediate();
    signal.throwIfAborted();
    let room = 0;
    for (const row of table.rows(seed, roomId)) {
      rows++;
      room += checksumOf(row);
    }
    checksum += BigInt(room);
  }
  return { rows, checksum: String(checksum) };
}

/** After so many rooms other work gets its turn, an interrupt for one. */
const roomsATurn = 1_000;

function checksumOf(row: Row): number {
  return Number.parseInt(hash('md5', fingerprint(row)).slice(0, 8), 16);
}
