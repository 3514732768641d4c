import { CodedError, messageOf } from '@citus-ha/core';
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { exitCode } from './exit-code.js';
import { interruption } from './interrupt.js';

/** Prints what was thrown the way a person can act on it, and answers the exit code. The only place that does either. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  if (interruption().aborted) {
    console.error(pc.yellow('interrupted'));
    return exitCode.interrupted;
  }
  if (!(error instanceof CodedError)) {
    console.error(error);
    return exitCode.failed;
  }
  console.error(`${pc.red('error')} ${error.message} ${pc.dim(`[${error.code}]`)}`);
  if (error.cause !== undefined && !error.message.includes(messageOf(error.cause)))
    console.error(pc.dim(`  cause: ${messageOf(error.cause)}`));
  if (error.fix !== undefined) console.error(`  ${pc.bold('fix:')} ${error.fix}`);
  return error.blame === 'user' ? exitCode.usage : exitCode.failed;
}
