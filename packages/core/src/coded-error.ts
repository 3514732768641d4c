import type { ErrorCode } from './error-codes.js';

export interface CodedErrorOptions {
  /** Whose fault it is: `user` errors end a command with exit code 2, `system` errors with 1. */
  readonly blame?: 'user' | 'system';
  /** The member it happened on. */
  readonly member?: string | undefined;
  /** What to do about it, as an imperative sentence. */
  readonly fix?: string | undefined;
  readonly cause?: unknown;
}

/** The same in every copy of this package that a process has. */
const brand = Symbol.for('@citus-ha/core/CodedError');

/** The one error type of citus-ha: a stable code, what failed, on which member, and what to do. */
export class CodedError extends Error {
  override readonly name: string = 'CodedError';
  readonly code: ErrorCode;
  readonly blame: 'user' | 'system';
  readonly member: string | undefined;
  readonly fix: string | undefined;

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  constructor(code: ErrorCode, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.blame = options.blame ?? 'system';
    this.member = options.member;
    this.fix = options.fix;
  }
}

/** Whether it is a {@link CodedError}, of whichever copy of this package. */
export function isCodedError(thrown: unknown): thrown is CodedError {
  return typeof thrown === 'object' && thrown !== null && brand in thrown;
}

/** What Node and `Promise.any` say of several errors tells nothing of them. */
const emptyWords = ['', 'All promises were rejected'];

/** The message of anything that was thrown; of several errors in one those of all, unless it speaks for itself. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && emptyWords.includes(thrown.message)) {
    return thrown.errors.map(messageOf).join('; ');
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a thrown Node, PostgreSQL or {@link CodedError}, if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
