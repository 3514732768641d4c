import type { ProvisionEvent } from '@citus-ha/layout';

/** What a runtime tells while it prepares. */
export type PrepareEvent =
  | ProvisionEvent
  | { readonly type: 'pulling'; readonly image: string }
  | { readonly type: 'pulled-layers'; readonly image: string; readonly done: number; readonly of: number }
  /** A Debian of its own, since no registry answers. */
  | { readonly type: 'making-base' }
  /** The base of a new cluster's members, why it, and what came of others that would have been better. */
  | {
      readonly type: 'chosen-base';
      readonly base: string;
      readonly why: 'named' | 'engine-is-standin' | 'newest-citus' | 'no-citus';
      readonly attempts: readonly string[];
    }
  | { readonly type: 'building'; readonly image: string; readonly base: string }
  | { readonly type: 'build-step'; readonly image: string; readonly step: number; readonly of: number }
  /** A small base that etcd's and the proxy's images cannot be built on. */
  | { readonly type: 'unfit-base'; readonly base: string; readonly instead: string };
