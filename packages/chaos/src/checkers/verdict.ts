/** What a checker answers; `unknown` where the history does not decide it. */
export type Verdict = boolean | 'unknown';

/** One promise, whether it held, and what was seen, in words. */
export interface Check {
  readonly name: CheckName;
  readonly valid: Verdict;
  readonly detail: string;
}

export type CheckName =
  | 'fault'
  | 'ledger'
  | 'bank'
  | 'register'
  | 'reads'
  | 'leaders'
  | 'availability'
  | 'redundancy'
  | 'placements'
  | 'prepared'
  | 'storm'
  | 'scans';

/** The worst wins: false before unknown before true. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes('unknown') ? 'unknown' : true;
}
