import { boundText, type Bound } from '@citus-ha/cluster';
import { formatDuration } from '@citus-ha/core';
import { opsOf, type History, type Promised } from '../history/op.js';
import { headerOf, type Request } from '../history/requests.js';
import { patienceMs } from '../load/pace.js';
import { outagesOf, worstOutageMs, type Outage } from './outage.js';
import { worstOf, type Check, type Verdict } from './verdict.js';

type Access = Outage['access'];

/** What was promised for the fault; `undefined` where nothing was. */
export function promisedIn(history: History): Promised | undefined {
  return opsOf(history, 'promise').at(-1)?.value ?? undefined;
}

/**
 * Whether no outage was longer than promised: at most so long, where the promise has a bound, and over with the fault in any
 * case. A fault for which nothing is promised is undecided.
 */
export function checkAvailability(history: History, requests: readonly Request[]): Check {
  const header = headerOf(history);
  const healed = opsOf(history, 'heal').find(({ type }) => type === 'invoke')?.time;
  const ended = opsOf(history, 'load').find(({ value }) => value === 'end')?.time;
  if (!header || healed === undefined || ended === undefined) {
    return answer('unknown', 'the load did not last until the fault was healed');
  }
  const outages = outagesOf(history, requests);
  const promised = promisedIn(history);
  const patience = patienceMs(header) * 1e6;
  const silentAt = (moment: number, accesses: readonly Access[]) =>
    header.clients.flatMap((plan, client) => {
      const served = requests.some(
        (one) =>
          one.client === client && one.outcome === 'ok' && one.endedAt <= moment && one.endedAt > moment - patience,
      );
      const isMeant = accesses.includes(plan.endpoint);
      return served || !isMeant
        ? []
        : [`${plan.workload} on ${plan.table}${plan.group === '-' ? '' : ` ${plan.group}`}`];
    });
  const named = (silent: readonly string[]) =>
    silent.length === header.clients.length ? 'every client' : [...new Set(silent)].join(', ');
  const bounded = both.filter((access) => promised?.[access].bound === 'at-most');
  const [atEnd, atHeal] = [silentAt(ended, both), silentAt(healed, bounded)];
  if (atEnd.length > 0) return answer(false, `still failing at the end: ${named(atEnd)}`);
  const measured = { write: worstOutageMs(outages, 'write'), read: worstOutageMs(outages, 'read') };
  if (!promised) {
    const figures = both.map((access) => seenOf(access, measured[access])).join(', ');
    return answer('unknown', `nothing is promised for ${header.fault} ${header.target}; ${figures}`);
  }
  const each = both.map((access) => `${seenOf(access, measured[access])}, promised ${wordsOf(promised[access])}`);
  const figures = `${each.join('; ')}; a client asks every ${formatDuration(header.intervalMs)}`;
  if (atHeal.length > 0) return answer(false, `${figures}; down until the fault was healed: ${named(atHeal)}`);
  return answer(worstOf(both.map((access) => isKept(promised[access], measured[access], header.intervalMs))), figures);
}

const both: readonly Access[] = ['write', 'read'];

/** A client asks only so often: up to an interval before an outage, and as late behind it. */
function isKept(bound: Bound, measuredMs: number | null, intervalMs: number): Verdict {
  if (bound.bound === 'unknown') return 'unknown';
  // Where no client measured it, nothing is known to be late.
  if (bound.bound === 'until' || measuredMs === null) return true;
  return measuredMs <= bound.ms + 2 * intervalMs;
}

function seenOf(access: Access, measuredMs: number | null): string {
  return `${access}s ${measuredMs === null ? 'not measured' : `out for ${formatDuration(measuredMs)}`}`;
}

function wordsOf(bound: Bound): string {
  return bound.bound === 'until' ? `unbounded until ${bound.until}` : boundText(bound);
}

function answer(valid: Verdict, detail: string): Check {
  return { name: 'availability', valid, detail };
}
