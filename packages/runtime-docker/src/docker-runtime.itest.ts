import { randomBytes } from 'node:crypto';
import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { messageOf } from '@citus-ha/core';
import type { MemberDefinition, Runtime } from '@citus-ha/runtime';
import { describe, expect, it } from 'vitest';
import { createDockerRuntime } from './docker-runtime.js';
import { createEngineClient } from './engine.js';

const absent = await createDockerRuntime({ cluster: 'contract' }).then(() => undefined, messageOf);

describe.skipIf(absent !== undefined)(`with an engine${absent === undefined ? '' : ` (${absent})`}`, () => {
  for (const [name, isNear] of [
    ['the docker runtime', undefined],
    ['the docker runtime of an engine elsewhere', false],
  ] as const) {
    runtimeContract({
      name,
      create: async () => {
        const cluster = `contract-${randomBytes(3).toString('hex')}`;
        const runtime = await prepared(cluster, isNear);
        return {
          runtime,
          spec: specOf(cluster),
          another: () => createDockerRuntime({ cluster, isNear }),
          dispose: () => runtime.destroy({ data: true }),
        };
      },
    });
  }

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

  it('foresees that a container is made anew of an image that is yet to be built, or to publish elsewhere', async () => {
    const cluster = `preview-${randomBytes(3).toString('hex')}`;
    const runtime = await prepared(cluster);
    const spec = specOf(cluster);
    const shared = { command: ['sleep', 'infinity'], env: {}, files: [], ports: { stats: 3 } };
    const definitions = (['worker', 'proxy'] as const).map((kind) => ({ ...shared, kind, name: kind }));
    const foreseen = async (asked: ClusterSpec) => {
      const compare = async (definition: MemberDefinition) => (await runtime.preview(asked))?.compare(definition);
      return Promise.all(definitions.map(compare));
    };
    const engine = await createEngineClient();
    try {
      for (const definition of definitions) await runtime.create(definition);
      expect(await foreseen(spec)).toEqual(['same', 'same']);
      expect(await foreseen({ ...spec, proxy: { ...spec.proxy, bind: '0.0.0.0' } })).toEqual(['same', 'life']);
      const { Image } = await engine.getContainer(`${cluster}-worker-1`).inspect();
      const before = await engine.listImages();
      expect(await foreseen({ ...spec, docker: { ...spec.docker, baseImage: Image } })).toEqual(['life', 'same']);
      expect(await engine.listImages()).toHaveLength(before.length);
    } finally {
      await runtime.destroy({ data: true });
    }
  });
});

async function prepared(cluster: string, isNear?: boolean): Promise<Runtime> {
  const runtime = await createDockerRuntime({ cluster, isNear });
  await runtime.prepare({ spec: specOf(cluster), install: true });
  return runtime;
}

function specOf(cluster: string): ClusterSpec {
  const proxy = {
    count: 1,
    bind: '127.0.0.1',
    read: { maxLag: '16MB', maxLagMs: 30_000 },
    ports: { write: 1, read: 2, stats: 3 },
  };
  return { ...defaultClusterSpec(cluster), engine: 'standin', proxy };
}
