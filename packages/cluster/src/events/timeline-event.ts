/** Something that happened in a cluster, as one who was there tells it. */
export interface TimelineEvent {
  readonly at: Date;
  readonly source: 'sentinel' | 'patroni' | 'haproxy' | 'runtime';
  /** Whom it is about, where it is about one. */
  readonly member: string | null;
  readonly text: string;
  /** What it rests on: the decision as the sentinel logged it, or the line of a log. */
  readonly evidence?: unknown;
}
