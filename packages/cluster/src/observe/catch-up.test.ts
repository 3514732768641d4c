import { describe, expect, it } from 'vitest';
import { whyStuck } from './catch-up.js';

const removed =
  '2026-11-26 10:00:00 UTC [71] FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 000000020000000000000007 has already been removed';
const started = '2026-11-26 10:00:00 UTC [71] LOG:  started streaming WAL from primary at 0/7000000 on timeline 2';
const forked =
  '2026-11-26 10:00:00 UTC [30] LOG:  new timeline 3 forked off current database system timeline 2 before current recovery point 0/50001C0';
const loop = '2026-11-26 10:00:01,123 INFO: no action. I am (coord-2), a secondary, and following a leader (coord-1)';
const begun = '2026-11-26 09:59:00 UTC [20] LOG:  starting PostgreSQL 17.12 (Debian 17.12-1) on x86_64-pc-linux-gnu';

describe('a standby that cannot catch up', () => {
  it('is known by what its PostgreSQL says again and again', () => {
    expect(whyStuck(Array.from({ length: 5 }, () => [started, removed, loop]).flat())).toBe(
      'requested WAL segment 000000020000000000000007 has already been removed',
    );
    expect(whyStuck(Array.from({ length: 60 }, () => [loop, forked]).flat())).toBe(
      'new timeline 3 forked off current database system timeline 2 before current recovery point 0/50001C0',
    );
  });

  it('is known by what Patroni says of data that are broken', () => {
    const broken =
      '2026-11-26 10:00:01,123 INFO: data dir for the cluster is not empty, but system ID is invalid; consider doing reinitialize';
    expect(whyStuck([begun, ...Array.from({ length: 5 }, () => broken)])).toContain('system ID is invalid');
    expect(whyStuck([...Array.from({ length: 9 }, () => broken), begun])).toBeUndefined();
  });

  it('is not yet one that said so once', () => {
    expect(whyStuck([started, removed, loop])).toBeUndefined();
  });

  it('is not yet one whose timeline forked some seconds ago: Patroni rewinds it', () => {
    expect(whyStuck(Array.from({ length: 20 }, () => [loop, forked]).flat())).toBeUndefined();
  });

  it('is no longer one that was copied anew since', () => {
    expect(whyStuck([...Array.from({ length: 9 }, () => removed), begun, started, loop])).toBeUndefined();
  });
});
