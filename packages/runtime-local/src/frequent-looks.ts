import { readFileSync } from 'node:fs';
import type { MemberLife } from '@citus-ha/runtime';
import { isRemains, parseStat } from './process-table.js';

/** Every so many looks all is looked at: what was begun by another process is seen then. */
const wholeEvery = 20;

/**
 * Answers all members, and is cheap to be asked often: as long as the inits of those that lived are as they were, what was seen
 * last is answered.
 */
export function frequentLooks(look: () => Promise<readonly MemberLife[]>): () => Promise<readonly MemberLife[]> {
  let seen: readonly MemberLife[] | undefined;
  let looks = 0;
  return async () => {
    looks += 1;
    if (seen === undefined || looks % wholeEvery === 0 || !seen.every(isAsBefore)) seen = await look();
    return seen;
  };
}

/** Read at once: a turn of the event loop for each of so many small files costs more than they do. */
function isAsBefore({ state, incarnation }: MemberLife): boolean {
  if (incarnation?.pid === undefined || (state !== 'running' && state !== 'paused')) return true;
  try {
    const process = parseStat(readFileSync(`/proc/${incarnation.pid}/stat`, 'latin1'));
    if (process === undefined || isRemains(process)) return false;
    return incarnation.id.endsWith(`:${process.startTime}`) && (process.state === 'T') === (state === 'paused');
  } catch {
    return false;
  }
}
