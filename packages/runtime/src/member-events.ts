import { FatalProbeError, waitFor } from '@citus-ha/core';
import type { Member, RuntimeEvent } from './runtime.js';

/** All of a member that its starts and ends show in. */
export type MemberLife = Pick<Member, 'name' | 'state' | 'incarnation'>;

export interface MemberEventsOptions {
  readonly members: () => Promise<readonly MemberLife[]>;
  readonly signal: AbortSignal;
  /** Pause between two looks, 100 ms unless told. */
  readonly intervalMs?: number;
}

/**
 * Events of an adapter that can only look at its members again and again. What begins and ends between two looks is
 * reported as an end and a start, as far as the last look knew of it. A look that fails ends them with its error.
 */
export function memberEvents(options: MemberEventsOptions): AsyncIterable<RuntimeEvent> {
  const first = options.members();
  first.catch(() => undefined);
  return follow(first, options);
}

async function* follow(
  first: Promise<readonly MemberLife[]>,
  { members, signal, intervalMs = 100 }: MemberEventsOptions,
): AsyncGenerator<RuntimeEvent> {
  let before = await first;
  for (;;) {
    try {
      const events = await waitFor({
        what: 'a member to start or end',
        timeoutMs: 2 ** 31 - 1,
        intervalMs,
        signal,
        probe: async () => {
          const seen = await members().catch((error: unknown) => {
            throw new FatalProbeError(error);
          });
          const now = seen.map((member) => withKnownLife(member, before));
          const found = difference(before, now);
          before = now;
          return found.length > 0 && found;
        },
      });
      yield* events;
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}

/** What must have happened to the members between two looks, in order for each. */
export function difference(before: readonly MemberLife[], now: readonly MemberLife[]): readonly RuntimeEvent[] {
  const at = new Date();
  const names = new Set([...before, ...now].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const was = before.find((member) => member.name === name);
    const is = now.find((member) => member.name === name);
    return changes(was, is).map((change) => ({ ...change, member: name, at }));
  });
}

type Change = Pick<RuntimeEvent, 'type' | 'incarnation'>;

function changes(was: MemberLife | undefined, is: MemberLife | undefined): readonly Change[] {
  const found: Change[] = [];
  const earlier = was?.incarnation?.id;
  const incarnation = is?.incarnation?.id;
  const sameLife = earlier === incarnation || isUnnamed(was);
  if (mayLive(was) && !(sameLife && mayLive(is))) found.push({ type: 'exited', incarnation: earlier ?? incarnation });
  if (!sameLife && incarnation !== undefined) {
    found.push({ type: 'started', incarnation });
    if (!mayLive(is)) found.push({ type: 'exited', incarnation });
  }
  const wasPaused = sameLife && was?.state === 'paused';
  if (is?.state === 'paused' && !wasPaused) found.push({ type: 'paused', incarnation });
  if (is?.state === 'running' && wasPaused) found.push({ type: 'resumed', incarnation });
  return found;
}

/** A life whose name cannot be read now may well be the one that was seen last. */
function withKnownLife(member: MemberLife, before: readonly MemberLife[]): MemberLife {
  if (!isUnnamed(member)) return member;
  const incarnation = before.find(({ name }) => name === member.name)?.incarnation;
  return { ...member, ...(incarnation && { incarnation }) };
}

function isUnnamed(member: MemberLife | undefined): boolean {
  return member?.state === 'unknown' && member.incarnation === undefined;
}

/** What cannot be seen has not ended. */
function mayLive(member: MemberLife | undefined): boolean {
  return member !== undefined && ['running', 'paused', 'unknown'].includes(member.state);
}
