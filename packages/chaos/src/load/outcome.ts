import { codeOf, messageOf } from '@citus-ha/core';
import { Unsent } from './connection.js';

/** How a request that was not acknowledged ended: `fail` only where it certainly did nothing. */
export interface Outcome {
  readonly type: 'fail' | 'info';
  /** Class of the error. */
  readonly error: string;
  readonly message: string;
}

/**
 * SQLSTATE classes of errors that end a transaction before its commit (PostgreSQL manual, "Error Codes"): data exceptions,
 * constraint violations, read-only transactions, rollbacks, access rules, limits, locks not available, unsupported.
 * Whatever else is said, connections lost among servers too, leaves the outcome open.
 */
const definite = /^(0A|22|23|25|42|53|54|55)...$|^(40001|40P01|57014|57P03)$/;

/** What pg says, without a code, of a connection that went away under a request or between two. */
const lost = /^Connection terminated|^Client has encountered a connection error/;

/** Classifies what a request threw. */
export function outcomeOf(thrown: unknown): Outcome {
  const cause = thrown instanceof Unsent ? thrown.cause : thrown;
  const message = messageOf(cause);
  const error = classOf(cause) ?? (lost.test(message) ? 'CONNECTION_LOST' : 'UNKNOWN');
  return { type: thrown instanceof Unsent || definite.test(error) ? 'fail' : 'info', error, message };
}

/** What the server said, such as 53300 (too many clients), tells more than that it let nobody in. */
function classOf(cause: unknown): string | undefined {
  const code = codeOf(cause);
  return (code === 'CONNECT_FAILED' && codeOf((cause as Error).cause)) || code;
}
