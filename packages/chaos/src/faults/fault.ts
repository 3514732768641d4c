import type { ClusterHandle } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import type { Capability, Member, NetworkCapability } from '@citus-ha/runtime';

/** Something that goes wrong in production, as data: how it is brought about, undone, and told from nothing having happened. */
export interface Fault {
  readonly name: string;
  readonly description: string;
  /** What the runtime has to be able to do. */
  readonly needs: readonly (Capability | NetworkCapability)[];
  /** What it can be done to, as {@link resolveTarget} reads it; the first where none is named. */
  readonly targets: readonly string[];
  /** Whether a leader that it hits must lose the lock: then it has taken hold once the timeline has moved as well. */
  readonly deposes: boolean;
  /** Whether it is made to lose acknowledged writes where they are on one server alone: done only where it is named. */
  readonly losesWrites?: boolean;
  /** Whether what it does to a coordinator shows only once the leader's lease would have run out. */
  readonly outlastsLease?: boolean;
  readonly inject: (context: FaultContext) => Promise<void>;
  /** Undoes it, whoever did it; can be repeated, and does nothing where nothing is to be undone. */
  readonly heal: (context: FaultContext) => Promise<void>;
  /** What shows that it took hold; `undefined` while nothing does. */
  readonly evidence: (context: FaultContext, before: Before) => Promise<string | undefined>;
}

/** What was there before a fault, by member. */
export interface Before {
  readonly members: ReadonlyMap<string, Member>;
  /** See {@link postmastersOf}. */
  readonly postmasters: ReadonlyMap<string, string>;
}

export interface FaultContext {
  readonly cluster: ClusterHandle;
  /** What the target stood for when the fault was injected, in the target's order. */
  readonly members: readonly MemberSpec[];
}
