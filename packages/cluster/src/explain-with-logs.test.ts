import { defaultClusterSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import { explainWithLogs } from './explain-with-logs.js';

const log = ['started', 'panic: write wal: no space left on device', '', 'goroutine 1 [running]:', 'main.main()'];

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
