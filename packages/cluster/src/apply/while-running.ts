import { CodedError, codeOf, waitFor } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import type { ClusterContext } from '../context.js';

const intervalMs = 500;
/** A runtime that restarts members by itself may be seen between two lives. */
const looksUntilEnded = 3;

/**
 * Runs what needs all of these members alive. It is given a signal that aborts as soon as one of them has ended, or anything
 * else ends the task, so that no wait within it outlasts its purpose.
 *
 * @throws CodedError `MEMBER_ENDED` naming the member, also where the task noticed first and says what came of it; else what
 * the task throws.
 */
export async function whileRunning<T>(
  { runtime, signal }: Pick<ClusterContext, 'runtime' | 'signal'>,
  needed: readonly string[],
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const looks = new Map<string, number>();
  const ended = waitFor({
    what: 'a member to end',
    timeoutMs: 2 ** 31 - 1,
    intervalMs,
    signal: either,
    probe: async () => {
      for (const { name, state } of await runtime.members()) {
        looks.set(name, state === 'exited' && needed.includes(name) ? (looks.get(name) ?? 0) + 1 : 0);
      }
      return [...looks].find(([, count]) => count >= looksUntilEnded)?.[0];
    },
  }).then((member) => {
    throw memberEnded(member);
  });
  ended.catch(() => undefined);
  try {
    return await Promise.race([task(either), ended]);
  } catch (error) {
    signal?.throwIfAborted();
    throw await blameEnded(runtime, needed, error);
  } finally {
    over.abort(new CodedError('SUPERSEDED', 'Something else has failed first'));
  }
}

/** `MEMBER_ENDED` in place of what came of that, where one of these members has ended. */
export async function blameEnded(runtime: Runtime, needed: readonly string[], error: unknown): Promise<unknown> {
  if (codeOf(error) === 'MEMBER_ENDED') return error;
  const members = await runtime.members().catch(() => []);
  const gone = members.find(({ name, state }) => state === 'exited' && needed.includes(name));
  return gone ? memberEnded(gone.name, error) : error;
}

function memberEnded(member: string, cause?: unknown): CodedError {
  return new CodedError('MEMBER_ENDED', `${member} has ended`, {
    member,
    fix: `See its log: \`citus-ha logs ${member}\`.`,
    cause,
  });
}
