import { CodedError, messageOf, waitFor } from '@citus-ha/core';
import type { PatroniClient } from './patroni-client.js';
import { leaderOf } from './patroni-cluster.js';

export interface LeaderWait {
  /** The members that may lead; each is asked by itself, so that one that does not answer holds up nothing. */
  readonly clients: readonly PatroniClient[];
  /** Only a leader on a higher timeline counts: proof of a promotion since that timeline was read. */
  readonly aboveTimeline?: number | undefined;
  /** The member that is to lead no more. */
  readonly not?: string | undefined;
  readonly timeoutMs: number;
  /** 100 ms unless told. */
  readonly intervalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Leader {
  readonly name: string;
  readonly timeline: number;
  readonly client: PatroniClient;
}

/**
 * Waits until a member leads in fact: the DCS names it as holder of the lock, and its own PostgreSQL answers as a running
 * primary. `GET /primary` alone answers 200 as soon as the lock is held, also before promotion has finished.
 *
 * @throws CodedError `TIMEOUT` with what each member said last, naming the first of them; the signal's reason when aborted.
 */
export async function waitForLeader(wait: LeaderWait): Promise<Leader> {
  const found = new AbortController();
  const signal = wait.signal ? AbortSignal.any([wait.signal, found.signal]) : found.signal;
  try {
    return await Promise.any(wait.clients.map((client) => waitForLead(client, { ...wait, signal })));
  } catch (error) {
    wait.signal?.throwIfAborted();
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error];
    throw new CodedError('TIMEOUT', reasons.map(messageOf).join('; '), {
      cause: error,
      member: wait.clients[0]?.member,
      fix: 'Look into the logs of these members: Patroni says there why it does not promote.',
    });
  } finally {
    found.abort();
  }
}

async function waitForLead(client: PatroniClient, wait: LeaderWait & { signal: AbortSignal }): Promise<Leader> {
  const { aboveTimeline = 0, not, timeoutMs, intervalMs = 100, signal } = wait;
  let seen = 'nothing';
  return waitFor({
    what: `${client.member ?? client.url} to lead${aboveTimeline > 0 ? ` on a timeline above ${aboveTimeline}` : ''}`,
    ...(client.member !== undefined && { member: client.member }),
    timeoutMs,
    intervalMs,
    signal,
    lastSeen: () => seen,
    probe: async (probeSignal) => {
      try {
        const { name, role, state, timeline } = await client.status({ signal: probeSignal });
        seen = `${role}, ${state}, timeline ${timeline ?? 'unknown'}`;
        if (role !== 'primary' || state !== 'running' || name === not || (timeline ?? 0) <= aboveTimeline) return false;
        const holder = leaderOf(await client.cluster({ signal: probeSignal }))?.name;
        seen += `, the lock is held by ${holder ?? 'nobody'}`;
        return holder === name && { name, timeline: timeline ?? 0, client };
      } catch (error) {
        if (!probeSignal.aborted) seen = messageOf(error);
        throw error;
      }
    },
  });
}
