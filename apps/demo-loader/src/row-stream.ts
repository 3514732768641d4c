import { csvLine, type ChatTable } from './tables.js';

const chunkLength = 128 * 1024;

/** Rooms `first` to `last` of a table as CSV, in chunks large enough for the network; made as fast as they are taken. */
export function* csvChunks(
  table: ChatTable,
  { seed, first, last }: { readonly seed: number; readonly first: number; readonly last: number },
  onRows: (rows: number) => void = () => undefined,
): Generator<Buffer> {
  let text = '';
  let rows = 0;
  for (let roomId = first; roomId <= last; roomId++) {
    for (const row of table.rows(seed, roomId)) {
      text += csvLine(table, row);
      rows++;
      if (text.length < chunkLength) continue;
      yield Buffer.from(text);
      onRows(rows);
      text = '';
      rows = 0;
    }
    if (table.roomColumn === undefined) break;
  }
  if (text !== '') yield Buffer.from(text);
  onRows(rows);
}
