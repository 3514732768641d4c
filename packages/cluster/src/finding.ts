export interface Finding {
  readonly check: string;
  /** A `note` is worth knowing, a `problem` has to be dealt with. */
  readonly level: 'ok' | 'note' | 'problem';
  /** What was found. */
  readonly detail: string;
  /** What to do where it is not well. */
  readonly fix?: string;
}
