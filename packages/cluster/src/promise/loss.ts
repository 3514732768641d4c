import type { PromiseInput } from './promise-input.js';
import type { Loss } from './promise.js';

/** Whether a leader is lost with what it has not sent, or goes only once it has sent everything. */
type Going = 'crash' | 'handover';

/** What becomes of acknowledged writes. */
export function lossOf({ spec }: PromiseInput, going: Going): Loss {
  const { durability, coordinators, postgres } = spec;
  if (postgres.unsafe.length > 0) return { lost: 'unknown', why: `postgres.unsafe: ${postgres.unsafe.join(', ')}` };
  if (coordinators.count === 1) return { lost: 'nothing', why: 'they are on its disk, and nowhere else' };
  if (going === 'handover') return { lost: 'nothing', why: 'who leads next has them all' };
  return durability === 'async'
    ? { lost: 'newest', why: 'durability async: what it had not sent yet' }
    : { lost: 'nothing', why: `durability ${durability}: each is on two coordinators` };
}
