import { defaultClusterSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import { explainWithLogs, withoutLogs } from './explain-with-logs.js';

const log = ['started', 'panic: write wal: no space left on device', '', 'goroutine 1 [running]:', 'main.main()'];

it('names no log of a cluster that is removed, and what keeps files from being opened', async () => {
  const runtime = createMemoryRuntime({
    cluster: 'test',
    run: (process) => process.log('[ALERT] Cannot raise FD limit to 1439, limit is 256.'),
  });
  await runtime.create({ name: 'haproxy', kind: 'proxy', command: ['haproxy'], env: {}, files: [], ports: {} });
  await runtime.start('haproxy');
  const fix = 'See its log: `citus-ha logs haproxy`.';
  const error = new CodedError('MEMBER_ENDED', 'haproxy has ended', { member: 'haproxy', fix });
  expect(await explainWithLogs(runtime, error)).toMatchObject({ fix: expect.stringContaining('ulimit -n') as string });
  expect(withoutLogs(error)).toMatchObject({
    code: 'MEMBER_ENDED',
    fix: expect.not.stringContaining('citus-ha logs') as string,
  });
});

it("adds a member's last words to an error, not its stack, and knows a full disk", async () => {
  const runtime = createMemoryRuntime({ cluster: 'test', run: (process) => log.forEach((line) => process.log(line)) });
  await runtime.prepare({ spec: defaultClusterSpec(), install: false });
  await runtime.create({ name: 'etcd', kind: 'etcd', command: ['etcd'], env: {}, files: [], ports: {} });
  await runtime.start('etcd');
  const error = new CodedError('MEMBER_ENDED', 'etcd has ended', { member: 'etcd', fix: 'See its log.' });
  expect(await explainWithLogs(runtime, error)).toMatchObject({
    code: 'MEMBER_ENDED',
    member: 'etcd',
    message: 'etcd has ended\nThe last lines of etcd:\n  started\n  panic: write wal: no space left on device',
    fix: expect.stringContaining('Free some space') as string,
  });
});

it('adds why PostgreSQL ended, however much Patroni has said since', async () => {
  const why = 'FATAL:  could not map anonymous shared memory: Cannot allocate memory';
  const hint = 'HINT:  reduce shared_buffers';
  const refused = 'FATAL:  the database system is starting up';
  const lines = [
    why,
    hint,
    'LOG:  database system is shut down',
    ...Array.from({ length: 20 }, () => 'INFO: starting'),
    refused,
  ];
  const runtime = createMemoryRuntime({
    cluster: 'test',
    run: (process) => lines.forEach((line) => process.log(line)),
  });
  await runtime.prepare({ spec: defaultClusterSpec(), install: false });
  await runtime.create({ name: 'coord-1', kind: 'coordinator', command: ['x'], env: {}, files: [], ports: {} });
  await runtime.start('coord-1');
  const error = new CodedError('TIMEOUT', 'nobody leads', { member: 'coord-1', fix: 'See its log.' });
  expect(await explainWithLogs(runtime, error)).toMatchObject({
    message: expect.stringContaining(`The last lines of coord-1:\n  ${why}\n  ${hint}\n  INFO: starting`) as string,
  });
});
