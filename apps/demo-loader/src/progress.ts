import { formatDuration } from '@citus-ha/core';

export interface Progress {
  add(amount: number): void;
  end(): void;
}

export interface ProgressOptions {
  /** Where it is written, so that data on standard output stays apart. */
  readonly to: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly unit: string;
  /** What is still to be done; without it no time left is shown. */
  readonly total?: number | undefined;
  /** Milliseconds; the clock of this process unless told. */
  readonly now?: () => number;
}

/** Shows amount, rate and time left: in place on a terminal, else as a line every few seconds. */
export function createProgress({ to, unit, total, now = () => performance.now() }: ProgressOptions): Progress {
  const everyMs = to.isTTY ? 200 : 3_000;
  const startedAt = now();
  let shownAt = startedAt;
  let done = 0;
  let shown = false;
  return {
    add(amount) {
      done += amount;
      const time = now();
      if (time - shownAt < everyMs) return;
      shownAt = time;
      shown = true;
      const line = describe({ done, total, unit, elapsedMs: time - startedAt });
      to.write(to.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end() {
      if (shown && to.isTTY) to.write('\r\u001b[K');
    },
  };
}

interface Snapshot {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: string;
  readonly elapsedMs: number;
}

function describe({ done, total, unit, elapsedMs }: Snapshot): string {
  const perSecond = (done / elapsedMs) * 1000;
  const rate = `${count(perSecond)} ${unit}/s`;
  if (total === undefined || total <= 0) return `${count(done)} ${unit}, ${rate}`;
  const left = formatDuration((Math.max(0, total - done) / perSecond) * 1000);
  return `${count(done)} of ${count(total)} ${unit} (${Math.floor((done / total) * 100)} %), ${rate}, ${left} left`;
}

/** `63412` as `63,412`, in any locale. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
