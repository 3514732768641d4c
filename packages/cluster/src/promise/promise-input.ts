import type { EngineKind } from '@citus-ha/citus';
import type { ClusterSpec } from '@citus-ha/config';
import type { Runtime } from '@citus-ha/runtime';

/** All that a promise depends on. */
export interface PromiseInput {
  readonly spec: Pick<
    ClusterSpec,
    'durability' | 'timings' | 'postgres' | 'coordinators' | 'workers' | 'shards' | 'proxy' | 'sentinel'
  >;
  readonly runtime: Runtime['kind'];
  /** Whether a member's processes end with its init. */
  readonly isolation: boolean;
  /** Whether one watches, or is to. */
  readonly sentinel: boolean;
  /** `undefined` where it is not known yet. */
  readonly engine: EngineKind | undefined;
}
