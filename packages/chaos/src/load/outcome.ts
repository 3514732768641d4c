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

/** Classifies what a request threw. */
export function outcomeOf(thrown: unknown): Outcome {
  const cause = thrown instanceof Unsent ? thrown.cause : thrown;
  const message = messageOf(cause);
  const error = codeOf(cause) ?? (message.startsWith('Connection terminated') ? 'CONNECTION_LOST' : 'UNKNOWN');
  return { type: thrown instanceof Unsent || definite.test(error) ? 'fail' : 'info', error, message };
}
