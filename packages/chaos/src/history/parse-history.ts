import { CodedError } from '@citus-ha/core';
import type { History, Op } from './op.js';

/**
 * Reads a history of NDJSON, one op a line. A last line without its end is what a killed run leaves, and is left out.
 *
 * @throws CodedError `HISTORY_INVALID` naming file and line.
 */
export function parseHistory(text: string, file: string): History {
  const lines = text.split('\n');
  lines.pop();
  if (lines.length === 0) throw invalid(file, 1, 'it is empty');
  return lines.map((line, index) => parseOp(line, file, index + 1));
}

function parseOp(line: string, file: string, number: number): Op {
  let op: Partial<Op>;
  try {
    op = JSON.parse(line) as Partial<Op>;
  } catch {
    throw invalid(file, number, `it is no JSON: ${line.slice(0, 60)}`);
  }
  const missing = ['index', 'time', 'process', 'type', 'f'].filter((key) => !Object.hasOwn(op, key));
  if (missing.length > 0) throw invalid(file, number, `it has no ${missing.join(', ')}`);
  return op as Op;
}

function invalid(file: string, line: number, problem: string): CodedError {
  return new CodedError('HISTORY_INVALID', `${file}:${line} is no op of a history: ${problem}`, {
    blame: 'user',
    fix: 'Name a history that `citus-ha chaos run` wrote: FOLDER/kill-leader-1.ndjson and so on.',
  });
}
