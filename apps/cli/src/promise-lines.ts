import type { Bound, FaultPromise, Loss } from '@citus-ha/cluster';
import { formatDuration } from '@citus-ha/core';

/** Where the figures of one promise come from: a line for each term of a sum. */
export function sourceLines({ write, read, loss }: FaultPromise): readonly string[] {
  return [...linesOf('writes', write), ...linesOf('reads', read), `  loss: ${loss.lost} (${loss.why})`];
}

function linesOf(what: string, bound: Bound): readonly string[] {
  if (bound.bound === 'unknown') return [`  ${what}: unknown, ${bound.why}`];
  if (bound.bound === 'until') return [`  ${what}: until ${bound.until}`];
  return [
    `  ${what}: at most ${formatDuration(bound.ms)}`,
    ...bound.terms.map((term) => `${formatDuration(term.ms).padStart(10)}  ${term.what} (${term.from})`),
  ];
}

const losses: Readonly<Record<Loss['lost'], string>> = {
  nothing: 'loses nothing',
  newest: 'may lose the newest writes',
  unknown: 'may lose writes',
};

/** What `up` says of a lost leader. */
export function lostLeaderLine({ write, loss }: FaultPromise): string {
  return `promise: a killed leader ${costOf(write)}, ${losses[loss.lost]}`;
}

function costOf(bound: Bound): string {
  if (bound.bound === 'unknown') return 'costs writes for as long as nobody knows';
  return bound.bound === 'until'
    ? `costs writes until ${bound.until}`
    : `costs writes at most ${formatDuration(bound.ms)}`;
}
