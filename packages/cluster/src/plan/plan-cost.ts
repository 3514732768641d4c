import type { MemberKind } from '@citus-ha/config';
import type { Step } from './step.js';

/**
 * What clients notice of a step: nothing; a moment without writes, since the leader moves; shards that are away while their worker
 * restarts; or connections that are cut.
 */
export type Cost = 'none' | 'leader-moves' | 'shards-away' | 'connections-cut';

export type PlannedStep = Step & { readonly cost: Cost };

/** What is known of a member before anything is done to it. */
export interface CostSeen {
  readonly kind: MemberKind;
  /** `undefined` where it is not known: it may. */
  readonly leads: boolean | undefined;
}

export function withCosts(
  steps: readonly Step[],
  seen: (member: string) => CostSeen | undefined,
): readonly PlannedStep[] {
  return steps.map((step) => ({
    ...step,
    cost: step.action === 'restart' ? costOfRestart(seen(step.member)) : 'none',
  }));
}

function costOfRestart(seen: CostSeen | undefined): Cost {
  switch (seen?.kind) {
    case 'coordinator':
      return seen.leads === false ? 'none' : 'leader-moves';
    case 'worker':
      return 'shards-away';
    case 'proxy':
    case 'pooler':
      return 'connections-cut';
    default:
      return 'none';
  }
}
