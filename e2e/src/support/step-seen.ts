import type { startCli } from './cli.js';

const seen = new WeakMap<object, string>();

/** Whether a running command has told of a step since this was first asked of it. */
export function stepSeen(run: ReturnType<typeof startCli>, text: string): boolean {
  if (!seen.has(run)) {
    seen.set(run, '');
    run.stderr?.on('data', (chunk: Buffer) => seen.set(run, (seen.get(run) ?? '') + chunk.toString()));
  }
  return (seen.get(run) ?? '').includes(text);
}
