import { StringDecoder } from 'node:string_decoder';
import { CodedError, messageOf } from '@citus-ha/core';
import type { RuntimeEvent } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { ContainerLives } from './container-lives.js';
import { labels } from './names.js';

const eventTypes: Readonly<Record<string, RuntimeEvent['type']>> = {
  start: 'started',
  die: 'exited',
  pause: 'paused',
  unpause: 'resumed',
};

/**
 * The engine's own events of a cluster's members. Asked from the moment of the call on, by this machine's clock.
 *
 * @throws CodedError `EVENTS_LOST` where they end before the signal says so.
 */
export function containerEvents(
  engine: Docker,
  cluster: string,
  { signal }: { readonly signal: AbortSignal },
): AsyncIterable<RuntimeEvent> {
  const since = Date.now() / 1000;
  return eventsSince({ engine, cluster, signal, since, lives: new ContainerLives(engine, cluster) });
}

async function* eventsSince({ engine, cluster, signal, since, lives }: Watch): AsyncGenerator<RuntimeEvent> {
  try {
    const stream = await engine.getEvents({
      since,
      filters: { type: ['container'], event: Object.keys(eventTypes), label: [`${labels.project}=${cluster}`] },
      abortSignal: signal,
    });
    for await (const { Action, Actor, timeNano } of engineEvents(stream)) {
      const member = Actor.Attributes[labels.service];
      const type = eventTypes[Action];
      if (type === undefined || member === undefined) continue;
      const at = new Date(timeNano / 1e6);
      yield { type, member, at, incarnation: await lives.lifeOf(Actor.ID, type, at) };
    }
  } catch (error) {
    if (!signal.aborted) throw eventsLost(messageOf(error), error);
  }
  if (!signal.aborted) throw eventsLost('it has closed the stream');
}

interface Watch {
  readonly engine: Docker;
  readonly cluster: string;
  readonly signal: AbortSignal;
  /** Seconds since 1970. */
  readonly since: number;
  readonly lives: ContainerLives;
}

async function* engineEvents(stream: NodeJS.ReadableStream): AsyncGenerator<EngineEvent> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as EngineEvent;
  }
}

function eventsLost(reason: string, cause?: unknown): CodedError {
  return new CodedError('EVENTS_LOST', `The Docker engine tells no more of what happens: ${reason}`, {
    cause,
    fix: 'See that the engine runs, and run the command again.',
  });
}

interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}
