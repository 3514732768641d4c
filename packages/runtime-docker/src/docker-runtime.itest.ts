import { randomBytes } from 'node:crypto';
import { defaultClusterSpec } from '@citus-ha/config';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { messageOf } from '@citus-ha/core';
import type { MemberDefinition, Runtime } from '@citus-ha/runtime';
import { describe, expect, it } from 'vitest';
import { createDockerRuntime } from './docker-runtime.js';
import { createEngineClient } from './engine.js';

const absent = await createDockerRuntime({ cluster: 'contract' }).then(() => undefined, messageOf);

describe.skipIf(absent !== undefined)(`with an engine${absent === undefined ? '' : ` (${absent})`}`, () => {
  runtimeContract({
    name: 'the docker runtime',
    create: async () => {
      const cluster = `contract-${randomBytes(3).toString('hex')}`;
      const runtime = await prepared(cluster);
      return {
        runtime,
        another: () => createDockerRuntime({ cluster }),
        dispose: () => runtime.destroy({ data: true }),
      };
    },
  });

  it('shows members where they are after their network was taken from them, and gives them their addresses back', async () => {
    const cluster = `moved-${randomBytes(3).toString('hex')}`;
    const network = (await createEngineClient()).getNetwork(`${cluster}_default`);
    const runtime = await prepared(cluster);
    const command = ['sh', '-c', 'while :; do sleep 0.1; done'];
    const definitions = ['worker1', 'worker2'].map((name): MemberDefinition => ({
      name,
      kind: 'worker',
      command,
      env: {},
      files: [],
      ports: {},
    }));
    const create = async () => {
      const made = [];
      for (const definition of definitions) made.push((await runtime.create(definition)).changed);
      return made;
    };
    const seen = async () => (await runtime.members()).map(({ address, incarnation }) => [address, incarnation?.id]);
    try {
      await create();
      for (const { name } of definitions) await runtime.start(name);
      const before = await seen();
      for (const { name } of definitions) await network.disconnect({ Container: `${cluster}-${name}-1` });
      expect((await seen()).map(([address]) => address)).toEqual(['', '']);
      await network.connect({ Container: `${cluster}-worker1-1` });
      const taken = { IPAMConfig: { IPv4Address: before[0]?.[0] ?? '' } };
      await network.connect({ Container: `${cluster}-worker2-1`, EndpointConfig: taken });
      expect((await runtime.member('worker1')).address).not.toBe(before[0]?.[0]);
      expect((await runtime.member('worker2')).address).toBe(before[0]?.[0]);
      expect(await create()).toEqual([true, true]);
      expect(await seen()).toEqual(before);
      expect(await create()).toEqual([false, false]);
      expect((await runtime.exec('worker1', ['getent', 'hosts', 'worker2'])).stdout).toContain(before[1]?.[0]);
    } finally {
      await runtime.destroy({ data: true });
    }
  });
});

async function prepared(cluster: string): Promise<Runtime> {
  const runtime = await createDockerRuntime({ cluster });
  const proxy = {
    count: 1,
    bind: '127.0.0.1',
    read: { maxLag: '16MB', maxLagMs: 30_000 },
    ports: { write: 1, read: 2, stats: 3 },
  };
  await runtime.prepare({ spec: { ...defaultClusterSpec(cluster), engine: 'standin', proxy }, install: true });
  return runtime;
}
