import type { History } from '../history/op.js';
import type { Request } from '../history/requests.js';
import { percentilesOf, type Percentiles } from './percentiles.js';
import { disturbedFrom, failoversOf } from './undisturbed.js';
import type { Check } from './verdict.js';

export interface StormFigures {
  /** Milliseconds until a client that connected was let in; `null` where none was. */
  readonly connectMs: Percentiles | null;
  readonly connects: number;
  /** Clients that PostgreSQL let in no more (53300, too many clients), instead of their waiting for one another. */
  readonly refused: number;
  /** Requests that failed for another reason. */
  readonly failed: number;
}

/** Whether clients that come and go wait for one another instead of being refused, and depose nobody; `undefined` without such clients. */
export function checkStorm(
  history: History,
  requests: readonly Request[],
): { readonly figures: StormFigures; readonly check: Check } | undefined {
  const storm = requests.filter(({ plan }) => plan.workload === 'storm');
  if (storm.length === 0) return undefined;
  const times = storm.flatMap(({ connectMs }) => connectMs ?? []);
  const refused = storm.filter(({ error }) => error === '53300').length;
  const failed = storm.filter(({ error }) => error !== undefined).length - refused;
  const figures = { connectMs: percentilesOf(times), connects: times.length, refused, failed };
  const failovers = failoversOf(history, disturbedFrom(history));
  return {
    figures,
    check: { name: 'storm', valid: verdictOf(figures, failovers), detail: inWords(figures, failovers) },
  };
}

function verdictOf({ connects, refused }: StormFigures, failovers: number): Check['valid'] {
  if (refused > 0 || failovers > 0) return false;
  return connects > 0 || 'unknown';
}

function inWords({ connectMs, connects, refused, failed }: StormFigures, failovers: number): string {
  const { p50, p99, max } = connectMs ?? { p50: '?', p99: '?', max: '?' };
  return `${connects} connects: p50 ${p50} ms, p99 ${p99} ms, worst ${max} ms; ${refused} refused (too many clients), ${failed} failed otherwise; ${failovers} failovers without a fault`;
}
