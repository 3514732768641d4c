import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CodedError } from '@citus-ha/core';
import { refineError } from './engine.js';

/** One message of the engine while it pulls, imports or builds. */
export interface Progress {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
}

/** @throws CodedError `ENGINE_TASK` with what the engine said when it failed. */
export async function followProgress(
  stream: NodeJS.ReadableStream,
  onMessage: (message: Progress) => void = () => undefined,
): Promise<void> {
  const messages = createInterface({ input: Readable.from(stream), crlfDelay: Infinity });
  for await (const line of messages) {
    if (line.trim() === '') continue;
    const message = JSON.parse(line) as Progress;
    if (message.error !== undefined) {
      throw refineError(new CodedError('ENGINE_TASK', message.error, { fix: 'See the log of the Docker engine.' }));
    }
    onMessage(message);
  }
}
