import { MemoryServers } from '@citus-ha/citus';
import type { ClusterSpec } from '@citus-ha/config';
import { CodedError, SimulatedClock } from '@citus-ha/core';
import { createMemoryEtcd, type MemoryEtcd } from '@citus-ha/dcs';
import { rootLogin } from '@citus-ha/emitters';
import { createRecord } from '@citus-ha/layout';
import type { PatroniClient, PatroniCluster, PatroniStatus } from '@citus-ha/patroni';
import { createMemoryPooler } from '@citus-ha/routes';
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
  /** Away, unless a test has it answer. */
  readonly etcd: MemoryEtcd;
  /** Requests to Patroni so far, as `POST /switchover`. */
  readonly requests: readonly string[];
  /** Runs a task by a clock of its own, which does not wait. */
  run<T>(task: (cluster: ClusterHandle) => Promise<T>): Promise<T>;
}

/**
 * A cluster in memory whose running coordinators answer as Patroni does, by a script: `onRequest` is called before each answer,
 * and may change how members are. No server and no proxy takes a connection.
 */
export async function simulatePatroni(
  spec: ClusterSpec,
  start: Readonly<Record<string, SimulatedMember>>,
  onRequest: (request: string, members: Map<string, SimulatedMember>) => void = () => undefined,
): Promise<Simulation> {
  const clock = new SimulatedClock();
  const secrets = { superuser: 'x', replication: 'x', etcd: 'x' };
  const etcd = createMemoryEtcd({ clock, login: rootLogin(secrets) });
  etcd.faults.down = true;
  const servers = new MemoryServers({ engine: 'citus', roleOf: () => undefined, groupOf: () => 0 });
  const runtime = createMemoryRuntime({
    cluster: spec.name,
    run: (life) => start[life.definition.name]?.log?.forEach((line) => life.log(line)),
  });
  const site = await runtime.prepare({ spec, install: false });
  const members = new Map(Object.entries(start));
  const requests: string[] = [];
  for (const name of members.keys()) {
    await runtime.create({ name, kind: 'coordinator', command: ['true'], env: {}, files: [], ports: {} });
    await runtime.start(name);
  }
  const ask = (name: string, request: string): SimulatedMember => {
    if (!members.has(name)) throw new CodedError('PATRONI_UNREACHABLE', `${name} does not run`, { member: name });
    requests.push(request);
    onRequest(request, members);
    return members.get(name) as SimulatedMember;
  };
  const cluster = clusterHandle(
    {
      spec,
      runtime,
      engines: {} as ClusterHandle['engines'],
      ports: {
        dcs: () => etcd,
        patroni: (_, name) => clientOf(name, members, (request) => ask(name, request)),
        sql: (_, member) => servers.address(member, 'postgres'),
        endpoint: (_, port) => servers.address(port, 'postgres'),
        routes: (_, proxy) => ({ read: () => Promise.reject(new Error(`${proxy} does not answer`)) }),
        pooler: () => createMemoryPooler(),
      },
    },
    { site, record: createRecord({ engine: 'citus', secrets }, {}) },
  );
  return { cluster, members, etcd, requests, run: (task) => clock.run(() => task(cluster)) };
}

function clientOf(
  name: string,
  members: ReadonlyMap<string, SimulatedMember>,
  ask: (request: string) => SimulatedMember,
): PatroniClient {
  const configured = async (request: string) => {
    ask(request);
    return {};
  };
  const moved = async (request: string) => {
    ask(request);
    return 'done' as const;
  };
  return {
    url: `http://${name}:8008`,
    member: name,
    status: async () => statusOf(name, ask('GET /patroni')),
    cluster: async () => {
      ask('GET /cluster');
      return clusterOf(members);
    },
    history: async () => [],
    config: () => configured('GET /config'),
    patchConfig: () => configured('PATCH /config'),
    switchover: () => moved('POST /switchover'),
    failover: () => moved('POST /failover'),
    reload: async () => void ask('POST /reload'),
    restart: async () => {
      if (!ask('POST /restart').restartFails) return;
      throw new CodedError('PATRONI_REFUSED', 'POST /restart answered 503: restart failed', { member: name });
    },
    reinitialize: async () => void ask('POST /reinitialize'),
  };
}

function clusterOf(members: ReadonlyMap<string, SimulatedMember>): PatroniCluster {
  const told = { apiUrl: '', host: null, port: null, lagBytes: 0, pendingRestart: false };
  const listed = [...members].map(([name, one]) => ({
    ...told,
    name,
    role: one.role,
    state: one.told ?? one.state,
    timeline: one.timeline,
  }));
  return { scope: 'simulated', members: listed, paused: false };
}

function statusOf(name: string, { role, state, timeline }: SimulatedMember): PatroniStatus {
  return {
    name,
    scope: 'simulated',
    patroniVersion: '4.0.7',
    state: state === 'streaming' ? 'running' : state,
    role: role === 'leader' ? 'primary' : role === 'uninitialized' ? role : 'replica',
    timeline,
    serverVersion: null,
    lsn: null,
    receivedLsn: null,
    replicationState: state === 'streaming' ? 'streaming' : null,
    synchronous: false,
    pendingRestart: false,
    paused: false,
    unlocked: false,
    failsafeActive: false,
    dcsLastSeen: null,
    systemIdentifier: null,
  };
}
