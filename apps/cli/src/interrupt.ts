import { CodedError } from '@citus-ha/core';

const controller = new AbortController();
let isListening = false;
let terminalIsLent = false;
let lastAct: (() => Promise<void>) | undefined;

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

/** What a second interruption still does before it ends the process; a third one does not wait for it. */
export function beforeExit(act: () => Promise<void>): void {
  lastAct = act;
}

function interrupt(name: NodeJS.Signals): void {
  if (name === 'SIGINT' && terminalIsLent) return;
  if (controller.signal.aborted) return exit();
  controller.abort(new CodedError('INTERRUPTED', `Interrupted by ${name}`, { blame: 'user' }));
}

/** By an exit, not by the signal: what has to be removed at the end still is. */
function exit(): void {
  const act = lastAct;
  lastAct = undefined;
  if (act === undefined) process.exit(130);
  void act().finally(() => process.exit(130));
}
