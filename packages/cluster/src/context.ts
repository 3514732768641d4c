import type { EngineInstaller, EngineKind } from '@citus-ha/citus';
import type { ClusterSpec } from '@citus-ha/config';
import type { Runtime } from '@citus-ha/runtime';
import type { ClusterEvent } from './cluster-event.js';
import type { Ports } from './ports.js';

/** What every operation on a cluster is given by whoever composes it. */
export interface ClusterContext {
  readonly spec: ClusterSpec;
  readonly runtime: Runtime;
  readonly engines: Readonly<Record<EngineKind, EngineInstaller>>;
  /** How its services are reached; over the network unless told. */
  readonly ports?: Ports;
  readonly onEvent?: (event: ClusterEvent) => void;
  readonly signal?: AbortSignal;
}

/** The lock of what must not run twice at a time on one cluster; no member has this name. */
const wholeCluster = 'cluster';

/** The lock of whoever injects faults into the cluster. */
const faults = 'chaos';

/** Runs a task while nobody injects faults into the cluster; tells whom it waits for. */
export function withoutFaults<T>({ runtime, signal, onEvent }: ClusterContext, task: () => Promise<T>): Promise<T> {
  const onWait = (holder: string) => onEvent?.({ type: 'waiting-for-faults', holder });
  return runtime.withLock(faults, task, { signal, onWait });
}

/** Runs a task that must not run beside those, and does not wait for them: `undefined` where one runs. */
export async function ifClusterIsFree<T>(
  { runtime }: Pick<ClusterContext, 'runtime'>,
  task: () => Promise<T>,
): Promise<T | undefined> {
  const taken = new AbortController();
  const options = { signal: taken.signal, onWait: () => taken.abort() };
  return runtime.withLock(wholeCluster, task, options).catch((error: unknown) => {
    if (taken.signal.aborted) return undefined;
    throw error;
  });
}

/** Runs what must not run twice at a time on one cluster; tells whom it waits for. */
export function withClusterLock<T>({ runtime, signal, onEvent }: ClusterContext, task: () => Promise<T>): Promise<T> {
  const onWait = (holder: string) => onEvent?.({ type: 'waiting-for-lock', holder });
  return runtime.withLock(wholeCluster, task, { signal, onWait });
}
