import { withConnection } from '@citus-ha/citus';
import { poolers } from '@citus-ha/config';
import { CodedError, codeOf, currentClock, formatDuration, waitFor } from '@citus-ha/core';
import type { OpenTransaction } from '@citus-ha/routes';
import { waitForWrites } from '../apply/wait-for-writes.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { leaderName } from '../open-cluster.js';
import { runningMembers } from './start-stop.js';

/** Held by whoever pauses poolers, so that nobody else resumes them meanwhile; no member has this name. */
const lockName = 'poolers';
/** A client that waits for its turn is not to give up. */
const openTransactionMs = 5_000;
const resumeMs = 30_000;

export interface WhilePaused<T> {
  readonly value: T;
  /** How long transactions of the poolers' clients waited at most; `null` where there is no pooler. */
  readonly waitedMs: number | null;
}

/**
 * Runs a task that moves the leader or takes it away for a moment, while the clients of the poolers wait; lets them go on once the
 * write endpoint leads to whoever takes writes, or the task has failed.
 *
 * @throws CodedError `TRANSACTION_OPEN` before the task begins, naming a transaction that does not end; `POOLER_SILENT`.
 */
export async function whilePoolersPaused<T>(cluster: ClusterHandle, task: () => Promise<T>): Promise<WhilePaused<T>> {
  const names = await runningPoolers(cluster);
  if (names.length === 0) return { value: await task(), waitedMs: null };
  return withPoolersLock(cluster, async () => {
    const { onEvent } = cluster;
    onEvent?.({ type: 'pausing-poolers', members: names });
    const began = currentClock().now();
    const value = await pauseFor(cluster, names, async () => {
      const done = await task();
      await waitForWrites(cluster, { intervalMs: 20 });
      return done;
    });
    const waitedMs = Math.round(currentClock().now() - began);
    onEvent?.({ type: 'writes-waited', ms: waitedMs });
    return { value, waitedMs };
  });
}

/** Lets clients go on whom a command that was killed has left waiting. */
export async function resumePoolers(cluster: ClusterHandle): Promise<void> {
  const names = await runningPoolers(cluster);
  if (names.length > 0) await withPoolersLock(cluster, () => resumeAll(cluster, names));
}

async function pauseFor<T>(cluster: ClusterHandle, names: readonly string[], task: () => Promise<T>): Promise<T> {
  try {
    await pauseAll(cluster, names);
    return await task();
  } finally {
    await resumeAll(cluster, names);
  }
}

async function pauseAll(cluster: ClusterHandle, names: readonly string[]): Promise<void> {
  const { signal } = cluster;
  const tried = await Promise.allSettled(
    names.map((name) => cluster.pooler(name).pause({ timeoutMs: openTransactionMs, signal })),
  );
  signal?.throwIfAborted();
  const failed = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failed.length === 0) return;
  throw failed.find((error) => codeOf(error) !== 'TIMEOUT') ?? (await stillOpen(cluster, names));
}

/** By no signal: clients that wait are never left behind. A pooler that has ended has none. */
async function resumeAll(cluster: ClusterHandle, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map((name) =>
      waitFor({
        what: `${name} to let its clients go on`,
        member: name,
        probe: async () => {
          if (!(await runningPoolers(cluster)).includes(name)) return true;
          await cluster.pooler(name).resume();
          return true;
        },
        timeoutMs: resumeMs,
        fix: 'Its clients wait until it is resumed: `citus-ha up`.',
      }),
    ),
  );
}

async function stillOpen(cluster: ClusterHandle, names: readonly string[]): Promise<CodedError> {
  const found = await Promise.all(names.map((name) => cluster.pooler(name).transactions()));
  const leader = (await leaderName(cluster)) ?? 'the leader';
  const words = await describe(cluster, leader, found.flat());
  const [first] = found.flat();
  return new CodedError(
    'TRANSACTION_OPEN',
    `Nothing was changed: a transaction has not ended in ${formatDuration(openTransactionMs)}: ${words.join('; ')}`,
    {
      member: leader,
      fix: `Let it end, or end it: \`citus-ha psql --member ${leader} -c "SELECT pg_terminate_backend(${first?.pid ?? 'PID'})"\`. Then run the command again.`,
    },
  );
}

/** What a statement says may be secret. */
async function describe(
  cluster: ClusterHandle,
  leader: string,
  open: readonly OpenTransaction[],
): Promise<readonly string[]> {
  const seen = await withConnection(cluster.sql(leader), async (client) => {
    const { rows } = await client.query<{ pid: number; application: string; seconds: number }>(
      `SELECT pid, application_name AS application, extract(epoch FROM now() - xact_start)::float AS seconds
      FROM pg_stat_activity WHERE pid = ANY ($1)`,
      [open.map(({ pid }) => pid)],
    );
    return rows;
  }).catch(() => []);
  return open.map(({ user, pid }) => {
    const session = seen.find((one) => one.pid === pid);
    const age = session?.seconds ? `, open for ${formatDuration(session.seconds * 1000)}` : '';
    return `pid ${pid} of ${user}${session?.application ? ` (${session.application})` : ''}${age}`;
  });
}

async function runningPoolers(cluster: ClusterHandle): Promise<readonly string[]> {
  if (cluster.spec.pooler.count === 0) return [];
  const running = await runningMembers(cluster);
  return poolers(cluster.spec)
    .map(({ name }) => name)
    .filter((name) => running.includes(name));
}

function withPoolersLock<T>({ runtime, signal, onEvent }: ClusterHandle, task: () => Promise<T>): Promise<T> {
  const onWait = (holder: string) => onEvent?.({ type: 'waiting-for-lock', holder });
  return runtime.withLock(lockName, task, { signal, onWait });
}
