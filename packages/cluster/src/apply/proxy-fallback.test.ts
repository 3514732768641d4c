import { defaultClusterSpec, proxies } from '@citus-ha/config';
import { SimulatedClock } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import { createMemoryRuntime, type MemberDefinition } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import type { ClusterHandle } from '../cluster-handle.js';
import { refuseProxies, withFallback } from './proxy-fallback.js';
import { renderInput } from '../render-input.js';

const spec = defaultClusterSpec();
const [proxy] = proxies(spec);
const edited = { ...spec, proxy: { ...spec.proxy, ports: { ...spec.proxy.ports, write: 80 } } };

const routes = () => ({ read: async () => [] });

/** A proxy that ends at once where it is to bind port 80, and one that serves else. */
async function simulate(check = 0) {
  if (!proxy) throw new Error('no proxy');
  const lives: MemberDefinition[] = [];
  const runtime = createMemoryRuntime({
    cluster: spec.name,
    run: (life) => {
      lives.push(life.definition);
      if (life.definition.ports['write'] === 80) life.exit(1);
    },
    exec: async (_name, command) => {
      const file = lives.at(-1)?.files.find(({ path }) => path === command[1]);
      if (command[0] === 'cat') return { exitCode: file ? 0 : 1, stdout: file?.content ?? '', stderr: '' };
      return { exitCode: command.includes('haproxy') ? check : 0, stdout: 'parsing failed', stderr: '' };
    },
  });
  const site = await runtime.prepare({ spec, install: false });
  const record = { engine: 'citus', secrets: { superuser: 'x', replication: 'y' } };
  const cluster = { spec: edited, runtime, site, record, routes } as unknown as ClusterHandle;
  await runtime.create(renderMember(renderInput({ ...cluster, spec }), proxy));
  await runtime.start(proxy.name);
  return { cluster, runtime, lives, proxy };
}

it('brings the old proxy back where the new one does not serve, and says so', async () => {
  const { cluster, runtime, lives } = await simulate();
  const member = lives[0] as MemberDefinition;
  const take = async () => {
    await runtime.create(renderMember(renderInput(cluster), { name: member.name, kind: 'proxy' }));
    await runtime.stop(member.name);
    await runtime.start(member.name);
    return true;
  };
  const fallen = new SimulatedClock().run(() => withFallback(cluster, { name: member.name, kind: 'proxy' }, take));
  await expect(fallen).rejects.toMatchObject({
    code: 'PROXY_NOT_SERVING',
    message: expect.stringContaining('The old one is back and serves') as string,
  });
  expect(lives).toHaveLength(3);
  expect(lives[2]).toEqual(lives[0]);
  expect((await runtime.member(member.name)).state).toBe('running');
});

it('refuses a file that the own program of a running proxy does not take', async () => {
  const { cluster, proxy: member } = await simulate(1);
  await expect(refuseProxies(cluster, [member])).rejects.toMatchObject({
    code: 'PROXY_REFUSED',
    message: expect.stringContaining('parsing failed') as string,
  });
});
