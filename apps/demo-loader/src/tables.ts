import { memberRows, messageRows, roomRow, topicRows, type Row, type Value } from './chat.js';
import { csvField } from './csv.js';
import { timestamp } from './timestamp.js';

/** One table of the demo: where it lives, and what belongs into it. */
export interface ChatTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** The column whose hash says on which workers a row lives; a reference table has none, and is on all of them. */
  readonly distributedBy?: string;
  /** The column that holds the room's id. */
  readonly roomColumn?: string;
  /** Rows of one room; a reference table has the same rows for any. */
  readonly rows: (seed: number, roomId: number) => Iterable<Row>;
}

interface Column {
  readonly name: string;
  readonly type: 'bigint' | 'text' | 'timestamptz';
}

const column = (name: string, type: Column['type']): Column => ({ name, type });

export const topicsTable: ChatTable = {
  name: 'topics',
  columns: [column('code', 'text'), column('name', 'text')],
  primaryKey: ['code'],
  rows: topicRows,
};

/** Co-located: all rows of a room are on the same workers. */
export const roomTables: readonly ChatTable[] = [
  {
    name: 'rooms',
    columns: [
      column('id', 'bigint'),
      column('topic', 'text'),
      column('title', 'text'),
      column('created_at', 'timestamptz'),
    ],
    primaryKey: ['id'],
    distributedBy: 'id',
    roomColumn: 'id',
    rows: (seed, roomId) => [roomRow(seed, roomId)],
  },
  {
    name: 'room_members',
    columns: [column('room_id', 'bigint'), column('user_id', 'bigint'), column('joined_at', 'timestamptz')],
    primaryKey: ['room_id', 'user_id'],
    distributedBy: 'room_id',
    roomColumn: 'room_id',
    rows: memberRows,
  },
  {
    name: 'messages',
    columns: [
      column('room_id', 'bigint'),
      column('id', 'bigint'),
      column('author_id', 'bigint'),
      column('sent_at', 'timestamptz'),
      column('body', 'text'),
    ],
    primaryKey: ['room_id', 'id'],
    distributedBy: 'room_id',
    roomColumn: 'room_id',
    rows: messageRows,
  },
];

export const chatTables: readonly ChatTable[] = [topicsTable, ...roomTables];

/** One line of the table's CSV, its line feed included. */
export function csvLine({ columns }: ChatTable, row: Row): string {
  let line = '';
  for (let index = 0; index < row.length; index++) {
    if (index > 0) line += ',';
    line += csvValue(row[index] ?? '', columns[index]?.type);
  }
  return `${line}\n`;
}

function csvValue(value: Value, type: Column['type'] | undefined): string {
  if (typeof value === 'string') return csvField(value);
  return type === 'timestamptz' ? timestamp(value) : String(value);
}

/** What goes into a row's checksum; {@link fingerprintSql} says the same in SQL. */
export function fingerprint(row: Row): string {
  return row.join('|');
}

export function fingerprintSql({ columns }: ChatTable): string {
  const texts = columns.map(({ name, type }) =>
    type === 'timestamptz' ? `extract(epoch from ${name})::bigint` : name,
  );
  return texts.join(` || '|' || `);
}
