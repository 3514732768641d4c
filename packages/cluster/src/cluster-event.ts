import type { BootstrapStep } from '@citus-ha/citus';
import type { PrepareEvent } from '@citus-ha/runtime';
import type { Wait } from './apply/wait-for-others.js';

/** Something that was done to a cluster. */
export type ClusterChange =
  | { readonly type: 'created' | 'updated' | 'started' | 'resumed' | 'removed'; readonly member: string }
  /** Members that etcd has forgotten. */
  | { readonly type: 'stopped-stranded'; readonly members: readonly string[] }
  | { readonly type: 'closed-etcd' | 'compacted-etcd' }
  /** Members whose dynamic configuration was changed; `toStart` where they did not start by the one they had. */
  | { readonly type: 'configured'; readonly members: readonly string[]; readonly toStart: boolean }
  | { readonly type: 'bootstrap'; readonly step: BootstrapStep };

/** What is told while an operation on a cluster goes on. */
export type ClusterEvent =
  | ClusterChange
  | PrepareEvent
  /** The holder injects faults into the cluster, or works on it. */
  | { readonly type: 'waiting-for-faults' | 'waiting-for-lock'; readonly holder: string }
  | { readonly type: 'record-lost' }
  | { readonly type: 'waiting-for-leaders' | 'waiting-for-service' }
  /** Coordinators that wait for others before they start. */
  | { readonly type: 'coordinators-wait'; readonly waits: readonly Wait[] }
  /** Members that are late, since a kill left them much WAL to replay. */
  | { readonly type: 'recovering'; readonly members: readonly string[] }
  /** The member runs, but cannot serve without others. */
  | { readonly type: 'lacking-others'; readonly member: string }
  | { readonly type: 'waiting-for-candidate'; readonly reason: string }
  /** New transactions of their clients wait. */
  | { readonly type: 'pausing-poolers'; readonly members: readonly string[] }
  /** How long transactions of the poolers' clients waited. */
  | { readonly type: 'writes-waited'; readonly ms: number }
  /** A leader that takes no connection. */
  | { readonly type: 'killing-leader'; readonly member: string }
  | { readonly type: 'removing-worker' | 'copying-placements'; readonly worker: string }
  | { readonly type: 'stopped'; readonly member: string }
  | { readonly type: 'removed-data'; readonly members: readonly string[] }
  /** All that a first `up` has made is removed, since it failed. */
  | { readonly type: 'undoing' }
  /** Not all of it could be. */
  | { readonly type: 'not-undone'; readonly reason: string };
