import type { MemberSpec } from '@citus-ha/config';
import { CodedError, FatalProbeError, waitFor } from '@citus-ha/core';
import type { PatroniStatus } from '@citus-ha/patroni';
import { findStuck } from './catch-up.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { dcsPathOf } from '../open-cluster.js';
import type { Problem } from '../status/status.js';

const askingMs = 1_000;

export type Loss = 'empty' | 'broken';

/**
 * Whether a worker waits for data that nobody will give it: its data directory is empty, its cluster in etcd had some before,
 * and no other member is in that cluster; or its pg_control is broken. `undefined` where it is not known.
 */
export async function lossOf(cluster: ClusterHandle, worker: MemberSpec): Promise<Loss | undefined> {
  try {
    const status = await cluster.patroni(worker.name).status({ timeoutMs: askingMs });
    return await lossBy(cluster, worker, status, askingMs);
  } catch {
    return undefined;
  }
}

/** The same by what its Patroni says. @throws CodedError where etcd does not answer. */
export async function lossBy(
  cluster: ClusterHandle,
  worker: MemberSpec,
  { role, state }: PatroniStatus,
  timeoutMs: number,
): Promise<Loss | undefined> {
  if (state !== 'stopped') return undefined;
  if (role !== 'uninitialized') {
    return /system ID is invalid/.test((await findStuck(cluster, worker.name)) ?? '') ? 'broken' : undefined;
  }
  // Empty while a member makes the first data.
  const initialized = await cluster.dcs.get(`${dcsPathOf(cluster, worker)}initialize`, { timeoutMs });
  return (initialized?.value ?? '') === '' ? undefined : 'empty';
}

/** What is to be done about it, for errors and problems alike. */
export function lostData(member: string, loss: Loss): { readonly message: string; readonly fix: string } {
  const anew = `build it anew from the other placements: \`citus-ha rebuild ${member}\`.`;
  return loss === 'empty'
    ? {
        message: `${member} has lost its data: its data directory is empty`,
        fix: `Mount its disk where that is what is missing, and restart it; else ${anew}`,
      }
    : {
        message: `${member} cannot use its data: its global/pg_control is broken`,
        fix: `Put its data back where there is a copy, and restart it; else ${anew}`,
      };
}

function dataLost(member: string, loss: Loss): CodedError {
  const { message, fix } = lostData(member, loss);
  return new CodedError('DATA_LOST', message, { member, fix });
}

/** Ends a wait for a worker that has lost its data. @throws FatalProbeError of `DATA_LOST`. */
export async function requireData(cluster: ClusterHandle, worker: MemberSpec): Promise<void> {
  const loss = await lossOf(cluster, worker);
  if (loss) throw new FatalProbeError(dataLost(worker.name, loss));
}

/** Says of workers without data that this is the matter, in place of the state that comes of it. */
export function withLostData(problems: readonly Problem[], lost: ReadonlyMap<string, Loss>): readonly Problem[] {
  return problems.map((problem): Problem => {
    const { code, member } = problem;
    const loss = lost.get(member ?? '');
    if (code !== 'MEMBER_NOT_READY' || member === null || loss === undefined) return problem;
    return { code: 'DATA_LOST', member, ...lostData(member, loss) };
  });
}

/**
 * Runs what waits for workers, which would be in vain for one without its data.
 *
 * @throws CodedError `DATA_LOST` naming the worker; else what the task throws.
 */
export async function whileDataIsThere<T>(
  cluster: ClusterHandle,
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
      const found = await Promise.all(
        needed.map(async (worker) => [worker.name, await lossOf(cluster, worker)] as const),
      );
      return found.find(([, loss]) => loss);
    },
  }).then(([name, loss = 'empty']) => {
    throw dataLost(name, loss);
  });
  lost.catch(() => undefined);
  try {
    return await Promise.race([task(signal), lost]);
  } finally {
    over.abort(new CodedError('SUPERSEDED', 'It is over'));
  }
}
