import { CodedError } from '@citus-ha/core';

const controller = new AbortController();
let isListening = false;
let terminalIsLent = false;

/** Aborted by Ctrl-C or a termination, so that what is under way ends itself; a second one ends the process at once. */
export function interruption(): AbortSignal {
  if (!isListening) {
    isListening = true;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  }
  return controller.signal;
}

/** Runs a program that owns the terminal. Ctrl-C is for it alone: psql cancels a query by it, an editor does nothing. */
export async function lendTerminal<T>(program: () => Promise<T>): Promise<T> {
  interruption();
  terminalIsLent = true;
  try {
    return await program();
  } finally {
    terminalIsLent = false;
  }
}

function interrupt(name: NodeJS.Signals): void {
  if (name === 'SIGINT' && terminalIsLent) return;
  // By an exit, not by the signal: what has to be removed at the end still is.
  if (controller.signal.aborted) process.exit(130);
  controller.abort(new CodedError('INTERRUPTED', `Interrupted by ${name}`, { blame: 'user' }));
}
