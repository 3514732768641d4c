import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CodedError, codeOf, messageOf } from '@citus-ha/core';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { firstRecord } from './csv.js';
import { distribute, exists, isDistributed, requireCitus } from './schema.js';

export interface CopyRequest {
  /** `-` is standard input. */
  readonly file: string;
  readonly table: string;
  /** Distributes the table by this column first, unless it is distributed. */
  readonly distribute?: string;
  /** The first line names the columns, in the order of the file. */
  readonly header: boolean;
  readonly delimiter: string;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Copies a CSV file into an existing table, in one transaction: all of it or nothing.
 *
 * @throws CodedError `FILE_UNREADABLE`, `HEADER_INVALID`, `TABLE_UNKNOWN`.
 */
export async function copyFile(client: Client, request: CopyRequest): Promise<{ readonly rows: number }> {
  const { table, header, delimiter } = request;
  if (!(await exists(client, table))) {
    throw new CodedError('TABLE_UNKNOWN', `Database ${client.database} has no table ${table}`, {
      blame: 'user',
      fix: `Create ${table} first, with the columns of the file.`,
    });
  }
  if (request.distribute !== undefined) {
    await requireCitus(client);
    if (!(await isDistributed(client, table))) await distribute(client, table, request.distribute);
  }
  const source = request.file === '-' ? process.stdin : createReadStream(request.file, { highWaterMark: 256 * 1024 });
  const chunks = readChunks(source, request)[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head: Head = { columns: '', rest: first.done ? Buffer.alloc(0) : first.value };
  const { columns, rest } = header ? readHead(client, head.rest, request) : head;
  const options = `FORMAT csv, DELIMITER ${client.escapeLiteral(delimiter)}`;
  const { rows: names } = await client.query<{ name: string }>('SELECT $1::regclass::text AS name', [table]);
  const target = client.query(copyFrom(`COPY ${names[0]?.name}${columns} FROM STDIN (${options})`));
  await pipeline(joined(rest, chunks), target);
  return { rows: target.rowCount };
}

const byteOrderMark = Buffer.from('\ufeff');

interface Head {
  readonly columns: string;
  readonly rest: Buffer;
}

function readHead(client: Client, chunk: Buffer, { file, delimiter }: CopyRequest): Head {
  // Latin 1 keeps one character a byte, so that the length is the offset.
  const body = chunk.subarray(chunk.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0);
  const record = firstRecord(body.toString('latin1'), delimiter);
  if (!record) {
    throw new CodedError('HEADER_INVALID', `The first ${chunk.length} bytes of ${file} hold no whole header line`, {
      blame: 'user',
      fix: 'Check that it is a CSV file whose first line names the columns, or leave out --header.',
    });
  }
  const names = record.fields.map((field) => client.escapeIdentifier(Buffer.from(field, 'latin1').toString()));
  return { columns: ` (${names.join(', ')})`, rest: body.subarray(record.length) };
}

async function* readChunks(source: AsyncIterable<Buffer>, { file, onBytes }: CopyRequest): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) {
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw new CodedError('FILE_UNREADABLE', `Cannot read ${file}: ${messageOf(error)}`, {
      blame: codeOf(error) === 'EIO' ? 'system' : 'user',
      cause: error,
      fix: 'Check the path and its permissions.',
    });
  }
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
