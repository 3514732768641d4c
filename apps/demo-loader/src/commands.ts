import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError, formatDuration } from '@citus-ha/core';
import type { Client } from 'pg';
import { messageCount } from './chat.js';
import { copyFile } from './copy-file.js';
import { loadChat } from './load.js';
import { count, createProgress, type Progress } from './progress.js';
import { csvChunks } from './row-stream.js';
import { dropTables } from './schema.js';
import { chatTables, topicsTable } from './tables.js';
import { verifyChat, type Verdict } from './verify.js';

/** Data goes to `out`, progress to `err`. */
export interface Io {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly signal: AbortSignal;
}

interface LoadOptions {
  readonly rooms: number;
  readonly seed: number;
  readonly replace: boolean;
  readonly json: boolean;
}

export async function loadCommand(client: Client, options: LoadOptions, io: Io): Promise<boolean> {
  if (options.replace) await dropTables(client);
  let startedAt = 0;
  let rows = 0;
  let progress: Progress | undefined;
  const { changed } = await loadChat(client, {
    ...options,
    onStart: (loaded) => {
      startedAt = performance.now();
      const total = rowsBetween(options.seed, loaded, options.rooms);
      progress = createProgress({ to: io.err, unit: 'rows', total });
    },
    onRows: (more) => {
      rows += more;
      progress?.add(more);
    },
  });
  progress?.end();
  const seconds = (performance.now() - startedAt) / 1000;
  const rowsPerSecond = Math.round(rows / seconds);
  if (!options.json) {
    io.out.write(
      changed
        ? `Loaded ${count(rows)} rows in ${formatDuration(seconds * 1000)} (${count(rowsPerSecond)} rows/s).\n`
        : `Nothing to load: all ${count(options.rooms)} rooms of seed ${options.seed} are there.\n`,
    );
  }
  const verdict = await verifyChat(client, io.signal);
  report(verdict, options, io, {
    changed,
    rowsLoaded: rows,
    seconds: Math.round(seconds * 1000) / 1000,
    rowsPerSecond,
  });
  return verdict.ok;
}

export async function verifyCommand(client: Client, options: { readonly json: boolean }, io: Io): Promise<boolean> {
  const verdict = await verifyChat(client, io.signal);
  report(verdict, options, io);
  return verdict.ok;
}

export async function cleanCommand(
  client: Client,
  { json }: { readonly json: boolean },
  { out }: Io,
): Promise<boolean> {
  const changed = await dropTables(client);
  const said = changed ? "Removed the demo's tables." : 'There is no demo to remove.';
  out.write(json ? `${JSON.stringify({ version: 1, changed })}\n` : `${said}\n`);
  return true;
}

export interface CopyOptions {
  readonly file: string;
  readonly table: string;
  readonly distribute?: string;
  readonly header: boolean;
  readonly delimiter: string;
  readonly json: boolean;
}

export async function copyCommand(client: Client, options: CopyOptions, io: Io): Promise<boolean> {
  const startedAt = performance.now();
  const total = options.file === '-' ? undefined : (await stat(options.file).catch(() => undefined))?.size;
  const progress = createProgress({ to: io.err, unit: 'bytes', total });
  const { rows } = await copyFile(client, { ...options, onBytes: (bytes) => progress.add(bytes) });
  progress.end();
  const ms = performance.now() - startedAt;
  const rowsPerSecond = Math.round((rows / ms) * 1000);
  io.out.write(
    options.json
      ? `${JSON.stringify({ version: 1, table: options.table, rows, seconds: Math.round(ms) / 1000, rowsPerSecond })}\n`
      : `Copied ${count(rows)} rows into ${options.table} in ${formatDuration(ms)} (${count(rowsPerSecond)} rows/s).\n`,
  );
  return true;
}

export async function csvCommand(
  name: string,
  { rooms, seed }: { rooms: number; seed: number },
  io: Io,
): Promise<void> {
  const table = chatTables.find((known) => known.name === name);
  if (!table) {
    throw new CodedError('TABLE_UNKNOWN', `The demo has no table ${name}`, {
      blame: 'user',
      fix: `Name one of ${chatTables.map((known) => known.name).join(', ')}.`,
    });
  }
  const chunks = Readable.from(csvChunks(table, { seed, first: 1, last: rooms }), { objectMode: false });
  await pipeline(chunks, io.out, { signal: io.signal, end: false });
}

/** Rows that rooms after `first` up to `last` have in all tables. */
function rowsBetween(seed: number, first: number, last: number): number {
  let rows = first === 0 ? [...topicsTable.rows(seed, 1)].length : 0;
  for (let roomId = first + 1; roomId <= last; roomId++) rows += 3 + messageCount(seed, roomId);
  return rows;
}

function report(verdict: Verdict, { json }: { readonly json: boolean }, { out }: Io, load: object = {}): void {
  const { state, ok, tables } = verdict;
  if (json) {
    const { seed, rooms, roomsLoaded } = state;
    out.write(`${JSON.stringify({ version: 1, seed, rooms, roomsLoaded, ...load, verified: ok, tables })}\n`);
    return;
  }
  for (const table of tables) {
    const wrong = `WRONG: expected ${count(table.expectedRows)} rows, checksum ${table.expectedChecksum}`;
    out.write(`${table.name}: ${count(table.rows)} rows, checksum ${table.checksum}, ${table.ok ? 'ok' : wrong}\n`);
  }
  if (state.roomsLoaded < state.rooms) {
    out.write(
      `Only ${count(state.roomsLoaded)} of ${count(state.rooms)} rooms are loaded: run citus-ha-demo load again.\n`,
    );
  }
}
