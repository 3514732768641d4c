import { opsOf, type History } from '../history/op.js';
import { headerOf } from '../history/requests.js';

/** The moment from which on a fault explains what happens, in nanoseconds; infinite where none was injected. */
export function disturbedFrom(history: History): number {
  const injected = opsOf(history, 'inject').find(({ type }) => type === 'invoke');
  if (headerOf(history)?.fault === 'none' || !injected) return Number.POSITIVE_INFINITY;
  return injected.time;
}

/** How often another timeline was written on. */
export function failoversOf(history: History, until = Number.POSITIVE_INFINITY): number {
  const beats = opsOf(history, 'beat').filter(({ type, time }) => type === 'ok' && time < until);
  return Math.max(0, new Set(beats.map(({ value }) => value.timeline)).size - 1);
}
