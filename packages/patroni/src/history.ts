import type { CodedError } from '@citus-ha/core';

/** The end of one timeline: a line of Patroni's `GET /history`. */
export interface TimelineEnd {
  /** The timeline that ended; the next one is one higher. */
  readonly timeline: number;
  /** WAL position in bytes at which it ended. */
  readonly lsn: number;
  readonly reason: string;
  /** When the next timeline was found; null where Patroni did not see it happen. */
  readonly at: Date | null;
  /** Who led next. */
  readonly leader: string | null;
}

export function parseHistory(body: unknown, refuse: (problem: string) => CodedError): readonly TimelineEnd[] {
  if (!Array.isArray(body)) throw refuse('the answer is no list');
  return body.map((line: unknown, index) => {
    const [timeline, lsn, reason, at, leader]: unknown[] = Array.isArray(line) ? line : [];
    if (typeof timeline !== 'number' || typeof lsn !== 'number' || typeof reason !== 'string') {
      throw refuse(`line ${index + 1} is ${JSON.stringify(line)}, not [timeline, lsn, reason, time, leader]`);
    }
    return {
      timeline,
      lsn,
      reason,
      at: typeof at === 'string' ? new Date(at) : null,
      leader: typeof leader === 'string' ? leader : null,
    };
  });
}
