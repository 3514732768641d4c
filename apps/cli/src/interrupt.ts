import { CodedError } from '@citus-ha/core';

const controller = new AbortController();

/** Aborted by Ctrl-C or a termination, so that what is under way ends itself; a second one ends the process at once. */
export function interruption(): AbortSignal {
  if (process.listenerCount('SIGINT') === 0) {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(name, () =>
        controller.abort(new CodedError('INTERRUPTED', `Interrupted by ${name}`, { blame: 'user' })),
      );
    }
  }
  return controller.signal;
}
