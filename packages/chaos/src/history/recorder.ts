import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { History, Op, OpValues } from './op.js';

export interface Entry<F extends keyof OpValues = keyof OpValues> {
  readonly process: Op['process'];
  readonly type: Op['type'];
  readonly f: F;
  readonly value: OpValues[F];
  readonly error?: string | undefined;
  readonly message?: string | undefined;
  readonly due?: number;
  readonly connectMs?: number | undefined;
}

/** Writes a history down as it happens: in memory for the checkers, line by line into a file. */
export interface Recorder {
  /** Nanoseconds since the history began. */
  now(): number;
  record<F extends keyof OpValues>(entry: Entry<F>): void;
  /** What was recorded so far. */
  readonly history: History;
  /** Resolves once the file has all of it. */
  close(): Promise<void>;
}

export function createRecorder(file: string): Recorder {
  const began = process.hrtime.bigint();
  const stream = createWriteStream(file, { flags: 'wx' });
  const written = finished(stream);
  written.catch(() => undefined);
  const history: Op[] = [];
  const now = () => Number(process.hrtime.bigint() - began);
  return {
    now,
    history,
    record: ({ process: by, type, f, value, error, message, due, connectMs }) => {
      const op = {
        index: history.length,
        time: now(),
        process: by,
        type,
        f,
        value,
        ...(error !== undefined && { error }),
        ...(message !== undefined && { message }),
        ...(due !== undefined && { due }),
        ...(connectMs !== undefined && { connectMs }),
      } as Op;
      history.push(op);
      stream.write(`${JSON.stringify(op)}\n`);
    },
    close: async () => {
      stream.end();
      await written;
    },
  };
}
