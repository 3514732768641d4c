import { defaultClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { slotProblems, type Slot } from './slot-problems.js';

const gibibyte = 2 ** 30;
const of = (change: Partial<Slot>) =>
  slotProblems(defaultClusterSpec(), [
    { slot: 'coord_2', walStatus: 'extended', heldBytes: 0, mostBytes: 4 * gibibyte, ...change },
  ]);

describe('WAL that the leader keeps for a standby', () => {
  it('is a problem from half of what it may keep on, with its size', () => {
    expect(of({ heldBytes: 1.9 * gibibyte })).toEqual([]);
    expect(of({ heldBytes: 2.6 * gibibyte })).toMatchObject([
      { code: 'WAL_HELD', member: 'coord-2', message: 'the leader keeps 2.6 GB of WAL for coord-2, of at most 4.0 GB' },
    ]);
  });

  it('that is lost leaves nothing but a new copy', () => {
    expect(of({ walStatus: 'lost' })).toMatchObject([
      { code: 'SLOT_LOST', fix: expect.stringContaining('citus-ha reinit coord-2') as string },
    ]);
  });

  it('is no problem of slots that are no member of ours', () => {
    expect(of({ slot: 'backup', walStatus: 'lost' })).toEqual([]);
  });
});
