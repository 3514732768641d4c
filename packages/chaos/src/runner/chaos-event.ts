import type { Problem } from '@citus-ha/cluster';
import type { TrialResult } from '../checkers/check-history.js';

/** What is told while trials are made, beside the cluster's own events. */
export type ChaosEvent =
  /** One trial, the `number`th of `of`, is about to be made. */
  | {
      readonly type: 'trial';
      readonly number: number;
      readonly of: number;
      readonly fault: string;
      readonly target: string;
    }
  | { readonly type: 'waiting-for-health'; readonly problems: readonly Problem[] }
  | { readonly type: 'injecting'; readonly fault: string; readonly members: readonly string[] }
  | { readonly type: 'healing'; readonly interrupted: boolean }
  | { readonly type: 'not-restored'; readonly reason: string }
  | { readonly type: 'result'; readonly result: TrialResult };
