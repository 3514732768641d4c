import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../testing/build-history.js';
import { checkFault, checkPlacements, checkPrepared, checkRedundancy } from './aftermath.js';

const health = (builder: HistoryBuilder, at: number, healthy: boolean) =>
  builder.note(at, 'observer', 'health', { healthy, problems: healthy ? [] : ['coord-1 does not run'] });

const checkSums = (checksums: Readonly<Record<string, string | null>>) =>
  checkPlacements(
    new HistoryBuilder().note(900, 'runner', 'finalPlacements', [{ shardId: '102008', table: 't', checksums }]).build(),
  );

const checkCounts = (counts: Readonly<Record<string, number | null>>) =>
  checkPrepared(new HistoryBuilder().note(900, 'runner', 'finalPrepared', counts).build());

describe('a fault', () => {
  it('that was not seen to take hold proves nothing', () => {
    expect(checkFault(new HistoryBuilder().fault(1, 2).build()).valid).toBe(true);
    expect(checkFault(new HistoryBuilder().fault(1, 2, { held: false }).build()).valid).toBe('unknown');
    expect(checkFault(new HistoryBuilder().build()).valid).toBe('unknown');
  });
});

describe('redundancy', () => {
  it('holds where everything is back, counted from the injection', () => {
    const builder = health(new HistoryBuilder().fault(100, 300), 1, true);
    const { restoredMs, check } = checkRedundancy(health(health(builder, 150, false), 600, true).build());
    expect({ restoredMs, valid: check.valid }).toEqual({ restoredMs: 500, valid: true });
  });

  it('took no time where nothing was ever missing', () => {
    const builder = health(new HistoryBuilder().fault(100, 300), 1, true);
    expect(checkRedundancy(health(builder, 600, true).build())).toMatchObject({
      restoredMs: 0,
      check: { valid: true },
    });
  });

  it('is undecided where nobody looked after the heal', () => {
    const builder = health(new HistoryBuilder().fault(100, 300), 1, true);
    expect(checkRedundancy(health(builder, 150, false).build()).check.valid).toBe('unknown');
    expect(checkRedundancy(health(new HistoryBuilder(), 600, true).build()).check.valid).toBe('unknown');
  });

  it('is broken where something is missing at the end', () => {
    const history = health(new HistoryBuilder().fault(100, 300), 600, false).build();
    expect(checkRedundancy(history)).toMatchObject({
      restoredMs: null,
      check: { valid: false, detail: 'coord-1 does not run' },
    });
  });
});

describe('placements', () => {
  it('hold where they are equal, are broken where one differs, undecided where one could not be read', () => {
    expect(checkSums({ worker1: '3:7', worker2: '3:7' }).valid).toBe(true);
    expect(checkSums({ worker1: '3:7', worker2: '2:5' })).toMatchObject({
      valid: false,
      detail: 'placements of t 102008 differ: worker1 3:7, worker2 2:5',
    });
    expect(checkSums({ worker1: '3:7', worker2: null }).valid).toBe('unknown');
    expect(checkPlacements(new HistoryBuilder().build()).valid).toBe('unknown');
  });
});

describe('prepared transactions', () => {
  it('are to be none, and are named by server where they are not', () => {
    expect(checkCounts({ 'coord-1': 0, worker1: 0 }).valid).toBe(true);
    expect(checkCounts({ 'coord-1': 0, worker1: 2 })).toMatchObject({
      valid: false,
      detail: 'transactions left prepared: 2 on worker1',
    });
    expect(checkCounts({ 'coord-1': 0, worker1: null }).valid).toBe('unknown');
    expect(checkCounts({}).valid).toBe('unknown');
  });
});
