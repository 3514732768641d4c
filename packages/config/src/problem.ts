import { CodedError } from '@citus-ha/core';

/** A single value of a cluster.yaml. */
export type Scalar = string | number | boolean | null;

/** One thing wrong with a cluster.yaml: where, what, and what to write instead. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1, as editors count; of the key, or of its section where the key is not in the file. */
  readonly line: number;
  readonly column: number;
  /** Dotted path such as `proxy.ports.write`; empty where the text is no YAML. */
  readonly key: string;
  /** As received, `********` where a password may stand; `undefined` for a section, a list, and what is not in the file. */
  readonly value: Scalar | undefined;
  readonly message: string;
  /** What to do, as an imperative clause. */
  readonly fix: string;
}

/** Thrown for a cluster.yaml that cannot be used: code `CONFIG_INVALID`, the user's to mend, with all problems of the file. */
export class ConfigError extends CodedError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super('CONFIG_INVALID', `${file} has ${count}:\n${formatProblems(problems)}`, {
      blame: 'user',
      fix: `Correct ${file}.`,
    });
    this.problems = problems;
  }
}

/** One line a problem, `file:line:column key: what; fix`, which editors and terminals make a link of. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ file, line, column, key, message, fix }) =>
      [`${file}:${line}:${column}`, key].filter(Boolean).join(' ').concat(`: ${message}; ${fix}`),
    )
    .join('\n');
}

/** A problem before its place in the file is known. */
export interface Finding {
  /** Every key involved as a dotted path, the likeliest culprit first; the first that the file has is the one to point at. */
  readonly keys: readonly [string, ...string[]];
  readonly message: string;
  readonly fix: string;
}

/** What may be shown of a value: nothing of what could be a password, written where it does not belong. */
export function maskSecret(key: string, value: unknown): Scalar | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
  const secret = /(?:^credentials\b|pass|secret)/i.test(key) && !/^credentials\.(?:superuser|replication)$/.test(key);
  return secret ? '********' : (value as Scalar);
}
