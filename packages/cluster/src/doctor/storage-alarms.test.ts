import { describe, expect, it } from 'vitest';
import { alarmsAmong, storageProblem } from './storage-alarms.js';

const now = new Date('2026-11-26T20:00:30Z');
const full =
  '2026-11-26 20:00:00.123 UTC [122] FATAL:  could not write lock file "postmaster.pid": No space left on device';
const panic =
  '2026-11-26 20:00:01.123 UTC [122] PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device';
const extend = '2026-11-26 20:00:02 UTC [9] ERROR:  could not extend file "base/5/1": No space left on device';
const control = '2026-11-26 20:00:03 UTC [9] FATAL:  incorrect checksum in control file';
const page = '2026-11-26 20:00:04 UTC [9] ERROR:  invalid page in block 0 of relation base/5/16384';

describe('what a log tells of disk and data', () => {
  it('is picked from among the rest', () => {
    const rest = [
      '2026-11-26 20:00:00 UTC [1] FATAL:  the database system is starting up',
      '2026-11-26 20:00:00 UTC [1] FATAL:  password authentication failed for user "app"',
      '2026-11-26 20:00:00 UTC [1] ERROR:  relation "nothing" does not exist',
    ];
    expect(alarmsAmong([...rest, full, panic, extend, control, page])).toEqual([full, panic, extend, control, page]);
  });

  it('is what Patroni fails with before PostgreSQL can, at the time of the line before', () => {
    const lines = [
      '2026-11-26 20:00:05,980 ERROR: unable to create backup copies of configuration files',
      'Traceback (most recent call last):',
      "OSError: [Errno 28] No space left on device: '/data/postgresql.base.conf'",
    ];
    const alarms = alarmsAmong(lines);
    expect(alarms).toEqual([`2026-11-26 20:00:05,980 ${lines[2]}`]);
    const at = new Date('2026-11-26T20:00:30');
    expect(storageProblem('coord-1', alarms, at)?.message).toBe(`coord-1 has no space left on its disk: ${lines[2]}`);
    expect(storageProblem('coord-1', alarms, new Date('2026-11-26T20:05:00'))).toBeUndefined();
  });

  it('is a problem for a minute, so that a server that dies and starts again is never well between', () => {
    expect(storageProblem('coord-1', [full, panic], now)).toMatchObject({
      code: 'STORAGE_FAILING',
      message: expect.stringMatching(/^coord-1 has no space left on its disk: PANIC: /) as string,
    });
    expect(storageProblem('coord-1', [full], new Date('2026-11-26T20:05:00Z'))).toBeUndefined();
  });

  it('never tells to remove the data of who may have the only copy', () => {
    expect(storageProblem('worker1', [page], now)?.fix).toContain('Where another copy leads');
  });
});
