import type { ClusterChange } from '../cluster-event.js';

export interface ChangeLog {
  readonly changes: ClusterChange[];
  /** Notes what was done, and tells it. */
  readonly change: (change: ClusterChange) => void;
}

export function changeLog(onEvent: ((change: ClusterChange) => void) | undefined): ChangeLog {
  const changes: ClusterChange[] = [];
  const change = (event: ClusterChange) => {
    changes.push(event);
    onEvent?.(event);
  };
  return { changes, change };
}
