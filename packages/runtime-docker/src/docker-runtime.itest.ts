import { randomBytes } from 'node:crypto';
import { defaultClusterSpec } from '@citus-ha/config';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { messageOf } from '@citus-ha/core';
import { describe, it } from 'vitest';
import { createDockerRuntime } from './docker-runtime.js';

const absent = await createDockerRuntime({ cluster: 'contract' }).then(() => undefined, messageOf);

if (absent === undefined) {
  runtimeContract({
    name: 'the docker runtime',
    create: async () => {
      const cluster = `contract-${randomBytes(3).toString('hex')}`;
      const runtime = await createDockerRuntime({ cluster });
      const spec = {
        ...defaultClusterSpec(cluster),
        engine: 'standin',
        proxy: { count: 1, bind: '127.0.0.1', ports: { write: 1, read: 2, stats: 3 } },
      } as const;
      await runtime.prepare({ spec, install: true });
      return {
        runtime,
        another: () => createDockerRuntime({ cluster }),
        dispose: () => runtime.destroy({ data: true }),
      };
    },
  });
} else {
  describe.skip(`the docker runtime (${absent})`, () => {
    it('keeps the contract', () => undefined);
  });
}
