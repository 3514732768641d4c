import type { Bound, FaultPromise, Loss } from '@citus-ha/cluster';
import { formatDuration } from '@citus-ha/core';

/** Where the figures of one promise come from: a line for each term of a sum. */
export function sourceLines({ write, read, loss }: FaultPromise): readonly string[] {
  return [...linesOf('writes', write), ...linesOf('reads', read), `  loss: ${loss.lost} (${loss.why})`];
}

function linesOf(what: string, bound: Bound): readonly string[] {
  switch (bound.bound) {
    case 'at-most':
      return [
        `  ${what}: at most ${formatDuration(bound.ms)}`,
        ...bound.terms.map((term) => `${formatDuration(term.ms).padStart(10)}  ${term.what} (${term.from})`),
      ];
    case 'until':
      return [`  ${what}: until ${bound.until}`];
    case 'unknown':
      return [`  ${what}: unknown, ${bound.why}`];
  }
}

const losses: Readonly<Record<Loss['lost'], string>> = {
  nothing: 'loses nothing',
  newest: 'may lose the newest writes',
  unknown: 'may lose writes',
};

/** What `up` says of a lost leader. */
export function lostLeaderLine({ write, loss }: FaultPromise): string {
  const outage =
    write.bound === 'at-most'
      ? `costs writes at most ${formatDuration(write.ms)}`
      : write.bound === 'until'
        ? `costs writes until ${write.until}`
        : 'costs writes for as long as nobody knows';
  return `promise: a killed leader ${outage}, ${losses[loss.lost]}`;
}
