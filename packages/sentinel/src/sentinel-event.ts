import type { Heard, RepairEvent } from '@citus-ha/cluster';
import type { Spared } from './silence/judge-silence.js';
import type { RestartReason, StandDown } from './failover/judge.js';

export type Tell = (event: SentinelEvent) => void;

/** What a sentinel sees and decides, each with its evidence. */
export type SentinelEvent =
  | { readonly type: 'watching'; readonly members: readonly string[] }
  /** The runtime's events broke off; all members are looked at anew. */
  | { readonly type: 'looking-anew'; readonly reason: string }
  /** Nothing is heard of it; it is left alone, for now. */
  | { readonly type: 'spared'; readonly member: string; readonly why: Spared }
  /**
   * It is killed, since its PostgreSQL serves neither this machine nor the witness.
   *
   * @param patroni What was heard of its own Patroni.
   */
  | {
      readonly type: 'fencing';
      readonly member: string;
      readonly incarnation: string;
      readonly postgres: 'refused' | 'silent';
      readonly unservedMs: number;
      readonly patroni: Heard;
      readonly witness: string;
    }
  | { readonly type: 'died'; readonly member: string; readonly incarnation: string }
  | { readonly type: 'stood-down'; readonly member: string; readonly incarnation: string; readonly why: StandDown }
  /** Its key is gone from etcd, where it was at this revision, on this lease. */
  | {
      readonly type: 'deposed';
      readonly member: string;
      readonly incarnation: string;
      readonly candidates: readonly string[];
      readonly revision: string;
      readonly lease: string;
    }
  /**
   * @param afterMs Since the death was told, or since nothing was heard of who was fenced.
   * @param promisedMs Of the outage of writes as a whole; absent where it has no bound.
   */
  | {
      readonly type: 'succeeded';
      readonly member: string;
      readonly by: string;
      readonly timeline: number;
      readonly afterMs: number;
      readonly promisedMs?: number;
    }
  /** It was synchronous; its leader has been told to wait for it no longer. */
  | { readonly type: 'let-go'; readonly member: string; readonly leader: string }
  | { readonly type: 'restarting'; readonly member: string; readonly why: RestartReason }
  /** Workers that are gone, or what they leave lacking; it is tried again. */
  | { readonly type: 'not-repaired'; readonly reason: string }
  | RepairEvent
  | { readonly type: 'failed'; readonly member: string; readonly reason: string };
