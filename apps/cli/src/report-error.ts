import { CodedError, codeOf, isCodedError, messageOf } from '@citus-ha/core';
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { exitCode } from './exit-code.js';
import { interruption } from './interrupt.js';
import { print } from './output.js';

/** What `--json` prints on stdout where a command fails; its shape is a contract, changes of it raise `version`. */
interface ErrorDocument {
  readonly version: 1;
  readonly error: {
    /** Stable, for programs. */
    readonly code: string;
    readonly message: string;
    readonly member: string | null;
    readonly fix: string | null;
    readonly cause: string | null;
  };
}

/**
 * Prints what was thrown the way a person can act on it, with `--json` among the arguments also for programs, and answers
 * the exit code. The only place that does either.
 */
export function reportError(error: unknown, args: readonly string[] = []): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCode.done;
  const ended = interruption().aborted ? (interruption().reason as CodedError) : error;
  if (asksForJson(args)) print(JSON.stringify(documentOf(ended)));
  if (error instanceof CommanderError) return exitCode.usage;
  if (interruption().aborted) {
    console.error(pc.yellow('interrupted'));
    return exitCode.interrupted;
  }
  if (!isCodedError(error)) {
    console.error(error);
    return exitCode.failed;
  }
  console.error(`${pc.red('error')} ${error.message} ${pc.dim(`[${error.code}]`)}`);
  if (error.cause !== undefined && !error.message.includes(messageOf(error.cause)))
    console.error(pc.dim(`  cause: ${messageOf(error.cause)}`));
  if (error.fix !== undefined) console.error(`  ${pc.bold('fix:')} ${error.fix}`);
  return error.blame === 'user' ? exitCode.usage : exitCode.failed;
}

/** The exit code where output cannot be written. A reader that has seen enough, as in `citus-ha logs | head`, is no failure. */
export function codeOfLostOutput(error: unknown): number {
  if (codeOf(error) === 'EPIPE') return Number(process.exitCode ?? exitCode.done);
  const lost = new CodedError('OUTPUT_FAILED', `The output cannot be written: ${messageOf(error)}`, {
    fix: 'Send it to where there is space, and run the command again.',
  });
  // Not by the way that has just failed.
  return reportError(lost);
}

/**
 * What is relative, and every program that is run, needs a working directory.
 *
 * @throws CodedError `DIRECTORY_GONE`.
 */
export function requireDirectory(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new CodedError('DIRECTORY_GONE', 'The working directory of this command is gone', {
      blame: 'user',
      cause,
      fix: 'Go to one that is there (cd), and run the command again.',
    });
  }
}

/** What follows `--` is another program's. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

function documentOf(error: unknown): ErrorDocument {
  const { member = null, fix = null, cause } = isCodedError(error) ? error : ({} as Partial<CodedError>);
  return {
    version: 1,
    error: {
      code: error instanceof CommanderError ? 'USAGE' : (codeOf(error) ?? 'UNFORESEEN'),
      message: messageOf(error).replace(/^error: /, ''),
      member,
      fix,
      cause: cause === undefined ? null : messageOf(cause),
    },
  };
}
