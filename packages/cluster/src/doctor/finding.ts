export interface Finding {
  readonly check: string;
  /** A `note` is worth knowing, a `problem` has to be dealt with; of what is `unknown` nobody who would tell has answered. */
  readonly level: 'ok' | 'note' | 'unknown' | 'problem';
  /** What was found. */
  readonly detail: string;
  /** What to do where it is not well. */
  readonly fix?: string;
}
