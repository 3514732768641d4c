import { currentClock, SimulatedClock } from '@citus-ha/core';
import { expect, test } from 'vitest';
import { mergeInOrder } from './in-order.js';
import type { TimelineEvent } from './timeline-event.js';

/** An event of a time, told some time later. */
interface Told {
  readonly at: number;
  readonly after: number;
}

const event = (at: number): TimelineEvent => ({ at: new Date(at), source: 'runtime', member: null, text: `${at}` });

async function* source(told: readonly Told[], failure?: Error): AsyncGenerator<TimelineEvent> {
  for (const { at, after } of told) {
    await currentClock().sleep(after);
    yield event(at);
  }
  if (failure) throw failure;
}

function merged(sources: readonly AsyncIterable<TimelineEvent>[]): Promise<readonly string[]> {
  return new SimulatedClock().run(async () => {
    const seen: string[] = [];
    const read = async () => {
      for await (const { text } of mergeInOrder(sources, 500)) seen.push(text);
    };
    await read().catch((error: Error) => seen.push(error.message));
    return seen;
  });
}

test('what one source tells later than another is told in its place', async () => {
  const late = source([
    { at: 10, after: 300 },
    { at: 5_000, after: 5_000 },
  ]);
  expect(await merged([late, source([{ at: 20, after: 20 }])])).toEqual(['10', '20', '5000']);
});

test('what comes too late is told all the same', async () => {
  expect(await merged([source([{ at: 10, after: 2_000 }]), source([{ at: 20, after: 20 }])])).toEqual(['20', '10']);
});

test('what a source throws is thrown after what was told', async () => {
  const broken = source([{ at: 10, after: 1_000 }], new Error('lost'));
  expect(await merged([broken, source([{ at: 5, after: 900 }])])).toEqual(['5', '10', 'lost']);
});
