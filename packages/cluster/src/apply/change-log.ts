export interface ChangeLog {
  readonly changes: string[];
  /** Notes what was done, and tells it. */
  readonly change: (line: string) => void;
}

export function changeLog(onStep: ((step: string) => void) | undefined): ChangeLog {
  const changes: string[] = [];
  const change = (line: string) => {
    changes.push(line);
    onStep?.(line);
  };
  return { changes, change };
}
