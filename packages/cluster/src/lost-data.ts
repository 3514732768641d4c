import type { MemberSpec } from '@citus-ha/config';
import { CodedError, FatalProbeError, waitFor } from '@citus-ha/core';
import type { PatroniStatus } from '@citus-ha/patroni';
import { dcsPathOf, etcdOf, patroniOf, type OpenCluster } from './open-cluster.js';
import type { Problem } from './status.js';

const askingMs = 1_000;

/**
 * Whether a worker waits for data that nobody will give it: its data directory is empty, its cluster in etcd had some before,
 * and no other member is in that cluster. `false` where it is not known.
 */
export async function hasLostData(cluster: OpenCluster, worker: MemberSpec): Promise<boolean> {
  try {
    const status = await patroniOf(cluster, worker.name).status({ timeoutMs: askingMs });
    return await saysLostData(cluster, worker, status, askingMs);
  } catch {
    return false;
  }
}

/** The same by what its Patroni says. @throws CodedError where etcd does not answer. */
export async function saysLostData(
  cluster: OpenCluster,
  worker: MemberSpec,
  { role, state }: PatroniStatus,
  timeoutMs: number,
): Promise<boolean> {
  if (role !== 'uninitialized' || state !== 'stopped') return false;
  // Empty while a member makes the first data.
  const initialized = await etcdOf(cluster).get(`${dcsPathOf(cluster, worker)}initialize`, { timeoutMs });
  return (initialized?.value ?? '') !== '';
}

/** What is to be done about it, for errors and problems alike. */
export function lostData(member: string): { readonly message: string; readonly fix: string } {
  return {
    message: `${member} has lost its data: its data directory is empty`,
    fix: `Mount its disk where that is what is missing, and restart it; else build it anew from the other placements: \`citus-ha rebuild ${member}\`.`,
  };
}

function dataLost(member: string): CodedError {
  const { message, fix } = lostData(member);
  return new CodedError('DATA_LOST', message, { member, fix });
}

/** Ends a wait for a worker that has lost its data. @throws FatalProbeError of `DATA_LOST`. */
export async function requireData(cluster: OpenCluster, worker: MemberSpec): Promise<void> {
  if (await hasLostData(cluster, worker)) throw new FatalProbeError(dataLost(worker.name));
}

/** Says of workers without data that this is the matter, in place of the state that comes of it. */
export function withLostData(problems: readonly Problem[], lost: readonly string[]): readonly Problem[] {
  return problems.map((problem): Problem => {
    const { code, member } = problem;
    if (code !== 'MEMBER_NOT_READY' || member === null || !lost.includes(member)) return problem;
    return { code: 'DATA_LOST', member, ...lostData(member) };
  });
}

/**
 * Runs what waits for workers, which would be in vain for one without its data.
 *
 * @throws CodedError `DATA_LOST` naming the worker; else what the task throws.
 */
export async function whileDataIsThere<T>(
  cluster: OpenCluster,
  needed: readonly MemberSpec[],
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const signal = cluster.signal ? AbortSignal.any([cluster.signal, over.signal]) : over.signal;
  const lost = waitFor({
    what: 'a worker without its data',
    timeoutMs: 2 ** 31 - 1,
    intervalMs: 1_000,
    signal,
    probe: async () => {
      const found = await Promise.all(needed.map((worker) => hasLostData(cluster, worker)));
      return needed.find((_, index) => found[index]);
    },
  }).then(({ name }) => {
    throw dataLost(name);
  });
  lost.catch(() => undefined);
  try {
    return await Promise.race([task(signal), lost]);
  } finally {
    over.abort(new CodedError('SUPERSEDED', 'It is over'));
  }
}
