import { codeOf, isCodedError, messageOf } from '@citus-ha/core';
import { CommanderError } from 'commander';

/** Prints what went wrong and answers the exit code: 1 failed, 2 usage, 130 interrupted. */
export function reportError(error: unknown, interrupted: boolean, err: NodeJS.WritableStream): number {
  if (interrupted) {
    err.write('Interrupted: what was under way is rolled back. Run it again to go on.\n');
    return 130;
  }
  // Whoever reads the output has seen enough, as in `citus-ha-demo csv rooms | head`.
  if (codeOf(error) === 'EPIPE') return 0;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!isCodedError(error)) {
    err.write(`${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`);
    return 1;
  }
  err.write(`${error.code}: ${error.message}\n${error.fix === undefined ? '' : `  ${error.fix}\n`}`);
  return error.blame === 'user' ? 2 : 1;
}
