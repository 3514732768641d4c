import { opsOf, type History } from '../history/op.js';
import type { Check } from './verdict.js';

/**
 * Whether there were never two writable leaders: no coordinator took a write that was sent after another one had taken one
 * on the same or a later timeline.
 */
export function checkLeaders(history: History): Check {
  const beats = opsOf(history, 'beat').filter(({ type }) => type === 'ok');
  if (beats.length === 0)
    return { name: 'leaders', valid: 'unknown', detail: 'no coordinator was seen to be writable' };
  let latest: (typeof beats)[number] | undefined;
  for (const beat of beats) {
    const { member, timeline, since } = beat.value;
    if (latest && member !== latest.value.member && timeline <= latest.value.timeline && since > latest.time) {
      return {
        name: 'leaders',
        valid: false,
        detail: `${member} took a write on timeline ${timeline} after ${latest.value.member} had on ${latest.value.timeline}`,
      };
    }
    if (!latest || timeline >= latest.value.timeline) latest = beat;
  }
  const terms = beats.filter(({ value }, index) => index === 0 || beats[index - 1]?.value.timeline !== value.timeline);
  return {
    name: 'leaders',
    valid: true,
    detail: terms.map(({ value }) => `${value.member} on timeline ${value.timeline}`).join(', then '),
  };
}
