import { expect, test } from 'vitest';
import { readerOf } from './read-line.js';

const read = (kind: 'proxy' | 'coordinator', line: string) =>
  readerOf(kind, { runtime: 'docker' }, () => undefined)?.(line, 'one');

test('what HAProxy sees of a server is told without what it counts', () => {
  const line =
    '2026-11-28T00:04:48.281131+00:00 Server postgres_write/coord1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 0 backup servers left. 3 sessions active, 0 requeued, 0 remaining in queue.';
  expect(read('proxy', line)).toMatchObject({
    at: new Date('2026-11-28T00:04:48.281Z'),
    source: 'haproxy',
    text: 'Server postgres_write/coord1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms',
  });
});

test('of Patroni, changes of roles are told, in the time zone of containers', () => {
  const line = '2026-11-28 00:04:48,281 INFO: promoted self to leader by acquiring session lock';
  expect(read('coordinator', line)).toEqual({
    at: new Date('2026-11-28T00:04:48.281Z'),
    source: 'patroni',
    member: 'one',
    text: 'promoted self to leader by acquiring session lock',
    evidence: line,
  });
});

test.each([
  ['proxy', '[WARNING]  (21198) : Server postgres_write/coord1 is DOWN, reason: Layer4 connection problem'],
  ['coordinator', '2026-11-28 00:04:48,281 INFO: no action. I am (coord-1), the leader with the lock'],
  ['coordinator', 'server started'],
] as const)('other lines of a %s tell nothing', (kind, line) => {
  expect(read(kind, line)).toBeUndefined();
});

test('members that tell nothing of the cluster have no reader', () => {
  expect(readerOf('etcd', { runtime: 'docker' }, () => undefined)).toBeUndefined();
});
