import { defaultClusterSpec } from '@citus-ha/config';
import { createMemoryRuntime, type Runtime } from '@citus-ha/runtime';
import { beforeEach, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.js';
import type { ClusterContext } from '../context.js';
import { down } from './down.js';

let runtime: Runtime;
let events: ClusterEvent[];
let context: ClusterContext;

beforeEach(async () => {
  runtime = createMemoryRuntime({ cluster: 'test' });
  events = [];
  const engines = {} as ClusterContext['engines'];
  context = { spec: defaultClusterSpec(), runtime, engines, onEvent: (event) => events.push(event) };
  await runtime.create({ name: 'worker1', kind: 'worker', command: ['true'], env: {}, files: [], ports: {} });
});

it('says of a stopped cluster what it removed', async () => {
  expect(await down(context, { volumes: true })).toEqual({ stopped: [], removed: ['worker1'] });
  expect(events).toEqual([{ type: 'removed-data', members: ['worker1'] }]);
  expect(await runtime.members()).toEqual([]);
});

it('keeps everything unless asked', async () => {
  await runtime.start('worker1');
  expect(await down(context, { volumes: false })).toEqual({ stopped: ['worker1'], removed: [] });
  expect((await runtime.members()).map(({ name }) => name)).toEqual(['worker1']);
});
