import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:net';
import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import { createRecord } from '@citus-ha/layout';
import { socketTo, waitFor } from '@citus-ha/core';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';
import { readStatus } from './read-status.js';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Of this process alone: others test the same at the same time. */
const address = `127.47.${process.pid % 251}.1`;

/** Takes connections and, unless told what to answer, never says a word, as a frozen process does. */
async function listen(port: number, answer?: RequestListener): Promise<void> {
  const server = answer
    ? createHttpServer(answer)
    : createServer((socket) => socket.on('error', () => undefined).resume());
  servers.push(server.listen(port, address));
  await once(server, 'listening');
}

/** All its members run, and are at one address. */
async function runningCluster(): Promise<ClusterHandle> {
  const { proxy, ...spec } = defaultClusterSpec();
  const runtime = createMemoryRuntime({
    cluster: spec.name,
    connect: (_name, port, options) => socketTo(address, port)(options),
  });
  const bound = { ...spec, proxy: { ...proxy, bind: address } };
  const site = await runtime.prepare({ spec: bound, install: false });
  for (const { name, kind } of membersOf(bound)) {
    await runtime.create({ name, kind, command: ['true'], env: {}, files: [], ports: {} });
    await runtime.start(name);
  }
  const members = Object.entries(site.members).map(([name, one]) => [name, { ...one, address }] as const);
  return clusterHandle(
    { spec: bound, runtime, engines: {} as ClusterHandle['engines'] },
    {
      site: { ...site, members: Object.fromEntries(members) },
      record: createRecord({ engine: 'citus', secrets: { superuser: 'x', replication: 'x' } }, bound),
    },
  );
}

async function openConnections(): Promise<number> {
  const counts = servers.map(
    (server) => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))),
  );
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0);
}

describe('a look at a cluster', () => {
  it('names the members that are frozen, and lets go of what it asked them', async () => {
    for (const port of [2379, 5000, 5432, 8008]) await listen(port);
    const { problems } = await readStatus(await runningCluster());
    expect(problems).toContainEqual(expect.objectContaining({ code: 'MEMBER_SILENT', member: 'worker1' }));
    await waitFor({
      what: 'every connection to be closed',
      probe: async () => (await openConnections()) === 0,
      timeoutMs: 250,
      intervalMs: 10,
    });
  });

  it('asks nothing more once its time is up', async () => {
    for (const port of [2379, 5000, 5432]) await listen(port);
    const emptied = { state: 'stopped', role: 'uninitialized', patroni: { name: '', scope: '', version: '4.0.7' } };
    await listen(8008, (_, response) => response.end(JSON.stringify(emptied)));
    const cluster = await runningCluster();
    const began = performance.now();
    await readStatus(cluster);
    expect(performance.now() - began).toBeLessThan(cluster.answerMs + 700);
  });
});
