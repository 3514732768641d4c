import { codeOf, FatalProbeError, waitFor } from '@citus-ha/core';
import type { PatroniClient } from '@citus-ha/patroni';

/** What passes by itself: Patroni rewrites its configuration, is being started, or has just lost etcd. */
const passing = ['PATRONI_NOT_READY', 'PATRONI_NO_ANSWER', 'PATRONI_UNREACHABLE'];

export interface FirstAnswerOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the first member that answers says; all are asked again until the time limit while none is ready to. What is asked has to
 * bear being repeated.
 *
 * @throws CodedError what the last one asked said, and at once a refusal.
 */
export async function firstAnswer<T extends object>(
  clients: readonly PatroniClient[],
  ask: (client: PatroniClient) => Promise<T>,
  { timeoutMs, signal }: FirstAnswerOptions,
): Promise<T> {
  let failure: unknown;
  try {
    return await waitFor({
      what: 'a Patroni to answer for its configuration',
      probe: async () => {
        for (const client of clients) {
          try {
            return await ask(client);
          } catch (error) {
            if (!passing.includes(codeOf(error) ?? '')) throw new FatalProbeError(error);
            failure = error;
          }
        }
        return undefined;
      },
      timeoutMs,
      intervalMs: 200,
      signal,
    });
  } catch (error) {
    throw codeOf(error) === 'TIMEOUT' ? (failure ?? error) : error;
  }
}
