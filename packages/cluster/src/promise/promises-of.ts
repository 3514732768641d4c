import { readSentinel } from '../observe/read-sentinel.js';
import type { ClusterHandle } from '../cluster-handle.js';
import type { ClusterContext } from '../context.js';
import { coordinatorPromises } from './coordinator-promises.js';
import { lossOf } from './loss.js';
import { otherPromises } from './other-promises.js';
import { until, type FaultPromise, type PromiseTarget } from './promise.js';
import type { PromiseInput } from './promise-input.js';

/** What is to be expected at worst of each fault of which that can be said, the leader's first. Pure. */
export function promisesOf(input: PromiseInput): readonly FaultPromise[] {
  const single = [...coordinatorPromises(input), ...otherPromises(input)];
  return [...single, ofSeveral(input, [...new Set(single.flatMap(({ faults }) => faults))])];
}

/** What one member's loss costs is bounded by another that takes its place. */
function ofSeveral(input: PromiseInput, faults: readonly string[]): FaultPromise {
  const bound = until('they are back');
  return { faults, target: 'several', write: bound, read: bound, loss: lossOf(input, 'crash') };
}

/** `undefined` where nothing is promised. */
export function promiseFor(input: PromiseInput, fault: string, target: PromiseTarget): FaultPromise | undefined {
  return promisesOf(input).find((promise) => promise.target === target && promise.faults.includes(fault));
}

/** For a cluster that may not be there yet: as `up` would make it. */
export function promiseInputOf({ spec, runtime }: Pick<ClusterContext, 'spec' | 'runtime'>): PromiseInput {
  return {
    spec,
    runtime: runtime.kind,
    isolation: runtime.capabilities.has('isolation'),
    sentinel: spec.sentinel.enabled && runtime.capabilities.has('sentinel'),
    engine: spec.engine === 'auto' ? undefined : spec.engine,
  };
}

/** Whether a sentinel watches is asked of etcd; where that does not say, one does that should. */
export async function readPromiseInput(cluster: ClusterHandle): Promise<PromiseInput> {
  const expected = promiseInputOf(cluster);
  const { running } = await readSentinel(cluster).catch(() => ({ running: expected.sentinel }));
  return { ...expected, sentinel: running === true, engine: cluster.record.engine };
}
