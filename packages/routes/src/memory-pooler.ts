import { waitFor } from '@citus-ha/core';
import type { OpenTransaction, Pooler } from './pooler.js';

/** A pooler in memory, whose open transactions are as a test has them. */
export interface MemoryPooler extends Pooler {
  readonly open: OpenTransaction[];
  /** What it was told, in its order. */
  readonly told: ('pause' | 'resume')[];
}

export function createMemoryPooler(): MemoryPooler {
  const open: OpenTransaction[] = [];
  const told: MemoryPooler['told'] = [];
  return {
    open,
    told,
    isPaused: async () => told.at(-1) === 'pause',
    pause: async ({ timeoutMs, signal }) => {
      told.push('pause');
      await waitFor({ what: 'PAUSE', probe: () => open.length === 0, timeoutMs, intervalMs: 10, signal });
    },
    resume: async () => {
      if (told.at(-1) === 'pause') told.push('resume');
    },
    transactions: async () => [...open],
  };
}
