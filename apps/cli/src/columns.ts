import { stripVTControlCharacters } from 'node:util';

export type Cell = string | number | null;

/** Rows as lines of text, each column as wide as its widest cell; colours take no room. */
export function columns(rows: readonly (readonly Cell[])[]): string {
  const lines = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  const widths: number[] = [];
  for (const line of lines)
    for (const [column, cell] of line.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  return lines
    .map((line) => line.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))))
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
