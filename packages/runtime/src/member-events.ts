import { FatalProbeError, waitFor } from '@citus-ha/core';
import type { Member, RuntimeEvent } from './runtime.js';

export interface MemberEventsOptions {
  readonly members: () => Promise<readonly Member[]>;
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
  first: Promise<readonly Member[]>,
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
          const now = await members().catch((error: unknown) => {
            throw new FatalProbeError(error);
          });
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
export function difference(before: readonly Member[], now: readonly Member[]): readonly RuntimeEvent[] {
  const at = new Date();
  const names = new Set([...before, ...now].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const was = before.find((member) => member.name === name);
    const is = now.find((member) => member.name === name);
    return changes(was, is).map((type) => ({ type, member: name, at }));
  });
}

function changes(was: Member | undefined, is: Member | undefined): readonly RuntimeEvent['type'][] {
  const types: RuntimeEvent['type'][] = [];
  const sameLife = was?.incarnation?.id === is?.incarnation?.id;
  if (mayLive(was) && !(sameLife && mayLive(is))) types.push('exited');
  if (!sameLife && is?.incarnation !== undefined) {
    types.push('started');
    if (!mayLive(is)) types.push('exited');
  }
  const wasPaused = sameLife && was?.state === 'paused';
  if (is?.state === 'paused' && !wasPaused) types.push('paused');
  if (is?.state === 'running' && wasPaused) types.push('resumed');
  return types;
}

/** What cannot be seen has not ended. */
function mayLive(member: Member | undefined): boolean {
  return member !== undefined && ['running', 'paused', 'unknown'].includes(member.state);
}
