import { currentClock } from '@citus-ha/core';
import type { TimelineEvent } from './timeline-event.js';

/** Oldest first; what happened at the same time stays as it was told. */
export function inOrder(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  return events.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/**
 * Tells what several sources tell, in the order of time: each event is held for a moment, in which others may still tell of
 * something earlier. Ends once all sources have; what one of them throws is thrown after what is held.
 */
export async function* mergeInOrder(
  sources: readonly AsyncIterable<TimelineEvent>[],
  holdMs: number,
): AsyncGenerator<TimelineEvent> {
  const clock = currentClock();
  let held: readonly { readonly event: TimelineEvent; readonly until: number }[] = [];
  const over = new AbortController();
  const listen = async (source: AsyncIterable<TimelineEvent>) => {
    for await (const event of source) held = [...held, { event, until: clock.now() + holdMs }];
  };
  const ended = Promise.all(sources.map(listen)).finally(() => over.abort());
  const quietly = ended.catch(() => undefined);
  while (!over.signal.aborted || held.length > 0) {
    if (!over.signal.aborted) await Promise.race([quietly, clock.sleep(holdMs / 2)]);
    const dueOnes = held.filter(({ until }) => over.signal.aborted || until <= clock.now());
    const upTo = Math.max(...dueOnes.map(({ event }) => event.at.getTime()));
    // Whatever is earlier than what is told now is told before it.
    const isDue = ({ event }: { readonly event: TimelineEvent }) => event.at.getTime() <= upTo;
    const due = held.filter(isDue).map(({ event }) => event);
    held = held.filter((one) => !isDue(one));
    yield* inOrder(due);
  }
  await ended;
}
