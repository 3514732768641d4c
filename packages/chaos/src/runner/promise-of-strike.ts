import { leaderName, promiseFor, readPromiseInput, type ClusterHandle, type PromiseTarget } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import type { Fault } from '../faults/fault.js';
import type { Promised } from '../history/op.js';

/** What is promised for a fault that is about to hit these members; `null` where nothing is. */
export async function promiseOfStrike(
  cluster: ClusterHandle,
  fault: Pick<Fault, 'name'>,
  members: readonly MemberSpec[],
): Promise<Promised | null> {
  const target = promisedTarget(members, await leaderName(cluster));
  const promise = target && promiseFor(await readPromiseInput(cluster), fault.name, target);
  if (!promise) return null;
  const { write, read, loss } = promise;
  return { target, write, read, loss };
}

/** Promises are for one member at a time, for any number of etcd, or for several others. */
export function promisedTarget(members: readonly MemberSpec[], leader: string | undefined): PromiseTarget | undefined {
  const targets = new Set(members.map((member) => targetOf(member, leader)));
  const [target] = targets;
  return members.length === 1 || (targets.size === 1 && target === 'etcd') ? target : 'several';
}

function targetOf({ kind, name }: MemberSpec, leader: string | undefined): PromiseTarget | undefined {
  switch (kind) {
    case 'coordinator':
      return leader === undefined ? undefined : name === leader ? 'leader' : 'standby';
    case 'worker':
    case 'etcd':
    case 'proxy':
      return kind;
    default:
      return undefined;
  }
}
