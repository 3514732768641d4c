import type { WhyNeeded } from './why-needed.js';

/** What is done about workers that are gone, and about what they leave lacking. */
export type RepairEvent =
  /**
   * @param unproven Why it is not known that tables with several copies take writes now; absent where one of them took one.
   * @param afterMs Since it was lost, where that is known.
   * @param promisedMs Of the outage of writes as a whole; absent where it has no bound.
   */
  | {
      readonly type: 'worker-disabled';
      readonly member: string;
      readonly unproven?: string;
      readonly afterMs?: number;
      readonly promisedMs?: number;
    }
  /** It is gone, and has to come back. */
  | ({ readonly type: 'worker-needed'; readonly member: string } & WhyNeeded)
  /** Its data were gone; it is empty, and in service. */
  | { readonly type: 'worker-remade'; readonly member: string }
  | { readonly type: 'worker-activated'; readonly member: string }
  | { readonly type: 'copying-shards'; readonly table: string; readonly shardsLeft: number }
  | { readonly type: 'redundancy-restored'; readonly tables: readonly string[] };
