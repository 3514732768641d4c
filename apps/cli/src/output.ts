import { formatDuration } from '@citus-ha/core';
import pc from 'picocolors';
import { columns, type Cell } from './columns.js';

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

export function printTable(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  print(columns([head.map((name) => pc.bold(name)), ...rows]));
}
