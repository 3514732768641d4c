import { messageOf } from '@citus-ha/core';
import type { Member, RuntimeEvent } from '@citus-ha/runtime';
import type { ClusterHandle } from '../cluster-handle.js';
import { askCoordinators } from '../open-cluster.js';
import { inOrder, mergeInOrder } from './in-order.js';
import { readerOf, type ReadLine } from './read-line.js';
import type { TimelineEvent } from './timeline-event.js';

/** How long one source may be behind the others. */
const holdMs = 500;

export interface EventsOptions {
  /** How the sentinel's log is read. */
  readonly readSentinel: ReadLine;
  /** Goes on until the signal, and tells what the runtime sees, too. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly onUnread: (reason: string) => void;
}

/** What happened in a cluster, of whoever saw it, on one time line. */
export async function* clusterEvents(cluster: ClusterHandle, options: EventsOptions): AsyncGenerator<TimelineEvent> {
  const { follow, signal } = options;
  const { runtime } = cluster;
  // From here on, not from when all that was before is read.
  const seen = follow ? runtime.events({ signal }) : undefined;
  const members = await runtime.members();
  const logs = await Promise.all(members.map((member) => all(eventsIn(cluster, member, options, false))));
  const past = inOrder([...(await leaderChanges(cluster, options)), ...logs.flat()]);
  yield* past;
  if (seen === undefined) return;
  const told = new Set(past.map(keyOf));
  const sources = members.map((member) => eventsIn(cluster, member, options, true));
  for await (const event of mergeInOrder([...sources, asSeen(seen)], holdMs)) {
    if (!told.has(keyOf(event))) yield event;
  }
}

async function* eventsIn(
  { runtime, site }: ClusterHandle,
  { name, kind }: Member,
  { readSentinel, signal }: EventsOptions,
  follow: boolean,
): AsyncGenerator<TimelineEvent> {
  const read = readerOf(kind, site, readSentinel);
  if (read === undefined) return;
  for await (const line of runtime.logs(name, { follow, signal })) {
    const event = read(line, name);
    if (event !== undefined) yield event;
  }
}

/** Of the coordinators, also of before their logs begin. */
async function leaderChanges(cluster: ClusterHandle, { onUnread }: EventsOptions): Promise<readonly TimelineEvent[]> {
  try {
    const history = await askCoordinators(cluster, (client) => client.history());
    return history.flatMap(({ at, timeline, reason, leader, lsn }) =>
      at === null
        ? []
        : {
            at,
            source: 'patroni' as const,
            member: leader,
            text: `leads on timeline ${timeline + 1} (${reason})`,
            evidence: { timeline, lsn, reason },
          },
    );
  } catch (error) {
    onUnread(`who led when is unknown: ${messageOf(error)}`);
    return [];
  }
}

async function* asSeen(events: AsyncIterable<RuntimeEvent>): AsyncGenerator<TimelineEvent> {
  for await (const { at, type, member, incarnation } of events) {
    yield { at, source: 'runtime', member, text: type, evidence: { incarnation } };
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

function keyOf({ at, source, member, text }: TimelineEvent): string {
  return JSON.stringify([at, source, member, text]);
}
