import { membersOf, type MemberSpec } from '@citus-ha/config';
import { refuseUnseen, type Member } from '@citus-ha/runtime';
import type { ClusterContext } from '../context.js';
import { observeUpdates } from '../observe/observe-updates.js';
import { withCosts, type PlannedStep } from '../plan/plan-cost.js';
import { planUp, type LifeStep } from '../plan/plan-up.js';
import { planUpdates } from '../plan/plan-updates.js';
import { refuseChanges } from '../plan/refuse-changes.js';
import { requireSupported } from '../plan/require-supported.js';
import type { ClusterRecord } from '../record/cluster-record.js';
import { peekRecord } from '../record/rebuild-record.js';

export interface Foreseen {
  readonly wanted: readonly MemberSpec[];
  readonly seen: readonly Member[];
  /** What begins lives, or lets them go on. */
  readonly plan: readonly LifeStep[];
  /** All of it, with what running members take. */
  readonly steps: readonly PlannedStep[];
  /** `false` where it could not be seen what running members would take. */
  readonly complete: boolean;
}

/**
 * What `up` would do now; changes nothing.
 *
 * @throws CodedError what `up` refuses before it touches anything.
 */
export async function planCluster(
  context: ClusterContext,
): Promise<{ readonly steps: readonly PlannedStep[]; readonly complete: boolean }> {
  requireSupported(context.spec);
  const { steps, complete } = await foresee(context, await peekRecord(context));
  return { steps, complete };
}

/** @throws CodedError as {@link planCluster}. */
export async function foresee(context: ClusterContext, kept: ClusterRecord | undefined): Promise<Foreseen> {
  const { spec, runtime } = context;
  const wanted = membersOf(spec);
  const seen = await runtime.members();
  for (const member of seen) refuseUnseen(member);
  refuseChanges(spec, kept, wanted, seen);
  const plan = planUp(wanted, seen);
  const names = seen.filter(({ state }) => state === 'running' || state === 'paused').map(({ name }) => name);
  const living = wanted.filter(({ name }) => names.includes(name));
  if (kept === undefined || living.length === 0) {
    return { wanted, seen, plan, steps: withCosts(plan, () => undefined), complete: true };
  }
  // What keeps it from being known will be told where it keeps `up` from being done.
  const updates = await observeUpdates(context, kept, living).catch(() => undefined);
  const kinds = new Map(wanted.map(({ name, kind }) => [name, kind]));
  const steps = withCosts([...plan, ...(updates ? planUpdates(updates) : [])], (name) => {
    const kind = kinds.get(name);
    const leader = updates?.leader;
    return kind && { kind, leads: leader === undefined ? undefined : leader === name };
  });
  return { wanted, seen, plan, steps, complete: updates !== undefined };
}
