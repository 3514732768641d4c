import { boundText, type Bound } from '@citus-ha/cluster';
import { formatDuration } from '@citus-ha/core';
import { opsOf, type History, type Promised, type TrialHeader } from '../history/op.js';
import { accessOf, headerOf, type Request } from '../history/requests.js';
import { patienceMs } from '../load/pace.js';
import { isOfCrowd } from '../workloads/crowd.js';
import { calmGapMs, outagesOf, worstOutageMs, type Outage } from './outage.js';
import { worstOf, type Check, type Verdict } from './verdict.js';

type Access = Outage['access'];

/** What was promised for the fault; `undefined` where nothing was. */
export function promisedIn(history: History): Promised | undefined {
  return opsOf(history, 'promise').at(-1)?.value ?? undefined;
}

/**
 * Whether no outage was longer than promised, and every client was served at the end, and under the fault already where the
 * promise has a bound. A fault for which nothing is promised is undecided.
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
  const bounded = both.filter((access) => promised?.[access].bound === 'at-most');
  const atEnd = silentAt(ended, both, header, requests);
  const atHeal = silentAt(healed, bounded, header, requests);
  if (atEnd !== undefined) return answer(false, `still failing at the end: ${atEnd}`);
  const measured = { write: worstOutageMs(outages, 'write'), read: worstOutageMs(outages, 'read') };
  if (!promised) {
    const figures = both.map((access) => seenOf(access, measured[access])).join(', ');
    return answer('unknown', `nothing is promised for ${header.fault} ${header.target}; ${figures}`);
  }
  const each = both.map((access) => `${seenOf(access, measured[access])}, promised ${wordsOf(promised[access])}`);
  const figures = `${each.join('; ')}; a client asks every ${formatDuration(header.intervalMs)}`;
  if (atHeal !== undefined) return answer(false, `${figures}; down until the fault was healed: ${atHeal}`);
  const slackMs = Math.max(2 * header.intervalMs, calmGapMs(history, requests));
  return answer(worstOf(both.map((access) => isKept(promised[access], measured[access], slackMs))), figures);
}

const both: readonly Access[] = ['write', 'read'];

/** Names the clients that were not served at a moment; `undefined` where all were. */
function silentAt(
  moment: number,
  accesses: readonly Access[],
  header: TrialHeader,
  requests: readonly Request[],
): string | undefined {
  const since = moment - patienceMs(header) * 1e6;
  const asked = header.clients.filter((plan) => !isOfCrowd(plan));
  const silent = header.clients.flatMap((plan, client) => {
    const { workload, table, group } = plan;
    const isServed = requests.some(
      (one) => one.client === client && one.outcome === 'ok' && one.endedAt <= moment && one.endedAt > since,
    );
    return isOfCrowd(plan) || isServed || !accesses.includes(accessOf(plan))
      ? []
      : [`${workload} on ${table}${group === '-' ? '' : ` ${group}`}`];
  });
  if (silent.length === 0) return undefined;
  return silent.length === asked.length ? 'every client' : [...new Set(silent)].join(', ');
}

/**
 * A client asks only so often: up to an interval before an outage, and as late behind it; on a busy machine it is answered as late
 * without any fault.
 */
function isKept(bound: Bound, measuredMs: number | null, slackMs: number): Verdict {
  if (bound.bound === 'unknown') return 'unknown';
  if (bound.bound === 'until') return true;
  return measuredMs === null ? 'unknown' : measuredMs <= bound.ms + slackMs;
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
