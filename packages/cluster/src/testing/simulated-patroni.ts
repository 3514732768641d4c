import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { ClusterSpec } from '@citus-ha/config';
import { createRecord } from '@citus-ha/layout';
import { socketTo } from '@citus-ha/core';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';

/** How a coordinator is, as its Patroni would say. */
export interface SimulatedMember {
  role: string;
  state: string;
  timeline: number;
  /** What it told etcd last; its state unless given. */
  told?: string;
  /** Its PostgreSQL ends at a restart. */
  restartFails?: boolean;
  /** What it prints once it is started. */
  log?: readonly string[];
}

export interface Simulation {
  readonly cluster: ClusterHandle;
  readonly members: Map<string, SimulatedMember>;
  /** Requests so far, as `POST /switchover`. */
  readonly requests: readonly string[];
  close(): void;
}

/**
 * A cluster in memory whose running coordinators answer as Patroni does, each at an address of its own. `onRequest` is called
 * before each answer, and may change how members are.
 */
export async function simulatePatroni(
  spec: ClusterSpec,
  start: Readonly<Record<string, SimulatedMember>>,
  onRequest: (request: string, members: Map<string, SimulatedMember>) => void = () => undefined,
): Promise<Simulation> {
  const addresses: Record<string, string> = {};
  const runtime = createMemoryRuntime({
    cluster: spec.name,
    connect: (name, port, options) => socketTo(addresses[name] ?? '', port)(options),
    run: (life) => start[life.definition.name]?.log?.forEach((line) => life.log(line)),
  });
  const site = await runtime.prepare({ spec, install: false });
  const members = new Map(Object.entries(start));
  const requests: string[] = [];
  const servers: Server[] = [];
  for (const name of members.keys()) {
    await runtime.create({ name, kind: 'coordinator', command: ['true'], env: {}, files: [], ports: {} });
    await runtime.start(name);
    // Of this process alone: others test the same at the same time.
    addresses[name] = `127.46.${process.pid % 251}.${servers.length + 1}`;
    const server = createServer((request, response) => {
      const asked = `${request.method} ${request.url}`;
      requests.push(asked);
      onRequest(asked, members);
      if (asked === 'POST /restart' && members.get(name)?.restartFails) {
        response.writeHead(503).end('restart failed');
        return;
      }
      response.end(JSON.stringify(asked === 'GET /cluster' ? clusterAnswer(members) : statusAnswer(name, members)));
    }).listen(8008, addresses[name]);
    servers.push(server);
    await once(server, 'listening');
  }
  const seen = runtime.members.bind(runtime);
  // Nothing can listen at the addresses that members in memory have.
  runtime.members = async () => (await seen()).map((one) => ({ ...one, address: addresses[one.name] ?? one.address }));
  const placed = Object.entries(site.members).filter(([name]) => members.has(name));
  const moved = placed.map(([name, one]) => [name, { ...one, address: addresses[name] ?? '' }] as const);
  return {
    cluster: clusterHandle(
      { spec, runtime, engines: {} as ClusterHandle['engines'] },
      {
        site: { ...site, members: Object.fromEntries(moved) },
        record: createRecord({ engine: 'citus', secrets: { superuser: 'x', replication: 'x' } }, spec),
      },
    ),
    members,
    requests,
    close: () => servers.forEach((server) => server.close()),
  };
}

function clusterAnswer(members: ReadonlyMap<string, SimulatedMember>): object {
  const listed = [...members].map(([name, { role, state, told = state, timeline }]) => ({
    name,
    role,
    state: told,
    timeline,
    api_url: '',
    lag: 0,
  }));
  return { scope: 'simulated', members: listed };
}

function statusAnswer(name: string, members: ReadonlyMap<string, SimulatedMember>): object {
  const { role, state, timeline } = members.get(name) ?? { role: 'replica', state: 'stopped', timeline: 0 };
  return {
    state: state === 'streaming' ? 'running' : state,
    role: role === 'leader' ? 'primary' : 'replica',
    timeline,
    ...(state === 'streaming' && { replication_state: 'streaming' }),
    patroni: { name, scope: 'simulated', version: '4.0.7' },
  };
}
