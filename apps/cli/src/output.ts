import { formatDuration } from '@citus-ha/core';
import Table from 'cli-table3';
import pc from 'picocolors';

const startedAt = performance.now();

/** One line of progress, with the time since the start; progress goes to stderr, data to stdout. */
export function step(line: string): void {
  console.error(`${pc.dim(formatDuration(performance.now() - startedAt).padStart(7))}  ${line}`);
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

export function printTable(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): void {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  };
  const bare = {
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const table = new Table({
    head: head.map((name) => pc.bold(name)),
    chars: { ...none, ...bare },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell)))));
  print(table.toString());
}
