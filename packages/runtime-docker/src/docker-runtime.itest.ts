import { randomBytes } from 'node:crypto';
import { defaultClusterSpec } from '@citus-ha/config';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { messageOf } from '@citus-ha/core';
import { describe } from 'vitest';
import { createDockerRuntime } from './docker-runtime.js';

const absent = await createDockerRuntime({ cluster: 'contract' }).then(() => undefined, messageOf);

describe.skipIf(absent !== undefined)(`with an engine${absent === undefined ? '' : ` (${absent})`}`, () => {
  runtimeContract({
    name: 'the docker runtime',
    create: async () => {
      const cluster = `contract-${randomBytes(3).toString('hex')}`;
      const runtime = await createDockerRuntime({ cluster });
      const proxy = { count: 1, bind: '127.0.0.1', ports: { write: 1, read: 2, stats: 3 } };
      await runtime.prepare({ spec: { ...defaultClusterSpec(cluster), engine: 'standin', proxy }, install: true });
      return {
        runtime,
        another: () => createDockerRuntime({ cluster }),
        dispose: () => runtime.destroy({ data: true }),
      };
    },
  });
});
