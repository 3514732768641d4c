import {
  aheadOfOthers,
  proveWrites,
  readNodes,
  readShardCopies,
  retireNode,
  withConnection,
  type CitusNode,
  type ConnectOptions,
  type ServerAddress,
} from '@citus-ha/citus';
import { workers, type MemberSpec } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type { ClusterHandle } from '../cluster-handle.js';
import { leaderByEtcd } from '../open-cluster.js';
import { hostsOf } from '../places.js';
import { markDisabled } from './disabled-mark.js';
import type { RepairEvent } from './repair-event.js';
import { whyNeeded } from './why-needed.js';

export type Client = Parameters<Parameters<typeof withConnection>[1]>[0];

/** What became of a worker that is gone. */
export type Disabled = Extract<RepairEvent, { readonly type: 'worker-disabled' | 'worker-needed' }>;

const soon = { timeoutMs: 1_000, statementTimeoutMs: 10_000 };

/**
 * Takes a worker that is gone, or is about to be, out of service, so that tables with several copies take writes without it; `undefined`
 * where it was not in service. Its copies are stale from then on: {@link restoreWorkers} makes new ones once it is back.
 *
 * @throws CodedError `NO_LEADER`; as etcd and PostgreSQL do.
 */
export function disableWorker(cluster: ClusterHandle, worker: MemberSpec): Promise<Disabled | undefined> {
  return onLeader(cluster, soon, async (client, server): Promise<Disabled | undefined> => {
    const { name: member } = worker;
    const seen = await lookAt(cluster, client, worker);
    if (!seen) return undefined;
    const { node, copies, needed } = seen;
    if (needed) return { type: 'worker-needed', member, ...needed };
    await markDisabled(cluster, member);
    // Citus asks it too, which may not answer.
    await client.query("SET citus.node_connection_timeout = '1s'");
    await aheadOfOthers(server, client, () => retireNode(client, node));
    // Whoever looks for workers that are back may have taken it away meanwhile.
    await markDisabled(cluster, member);
    const table = copies.find(({ model, groupId }) => model === 'replicated' && groupId === node.groupId)?.table;
    if (table === undefined) return { type: 'worker-disabled', member };
    const unproven = await proveWrites(client, table).then(() => undefined, messageOf);
    return { type: 'worker-disabled', member, ...(unproven !== undefined && { unproven }) };
  });
}

/** Whether the cluster can do without a worker that is in service. @throws as {@link disableWorker} does. */
export function canSpare(cluster: ClusterHandle, worker: MemberSpec): Promise<boolean> {
  return onLeader(cluster, soon, async (client) => {
    const seen = await lookAt(cluster, client, worker);
    return seen !== undefined && seen.needed === undefined;
  });
}

/** Runs a task with a session on whoever holds the lock, until the signal. @throws CodedError `NO_LEADER`; as etcd and PostgreSQL do. */
export async function onLeader<T>(
  cluster: ClusterHandle,
  options: ConnectOptions,
  task: (client: Client, server: ServerAddress) => Promise<T>,
): Promise<T> {
  const { signal } = cluster;
  const leader = await leaderByEtcd(cluster);
  if (leader === undefined) {
    throw new CodedError('NO_LEADER', 'No coordinator leads, so that no worker can be taken out of service', {
      fix: 'Start the coordinators: `citus-ha up`.',
    });
  }
  const server = cluster.sql(leader);
  return withConnection(
    server,
    async (client) => {
      const end = () => void client.end().catch(() => undefined);
      signal?.addEventListener('abort', end, { once: true });
      try {
        return await task(client, server);
      } finally {
        signal?.removeEventListener('abort', end);
      }
    },
    options,
  );
}

async function lookAt(cluster: ClusterHandle, client: Client, worker: MemberSpec) {
  const nodes = await readNodes(client);
  const node = nodeOf(cluster, worker, nodes);
  if (!node?.active) return undefined;
  const copies = await readShardCopies(client);
  const lost = await lostWorkers(cluster);
  return { node, copies, needed: whyNeeded(node, { nodes, copies, lost }) };
}

/** The node by which Citus knows a worker. */
export function nodeOf(
  { site }: ClusterHandle,
  { name }: MemberSpec,
  nodes: readonly CitusNode[],
): CitusNode | undefined {
  const hosts = hostsOf(site, name);
  return nodes.find(({ groupId, host }) => groupId > 0 && hosts.includes(host));
}

/** Names of the workers whose processes are gone, by every host that Citus may know them by. */
async function lostWorkers({ runtime, spec, site }: ClusterHandle): Promise<ReadonlyMap<string, string>> {
  const running = (await runtime.members()).filter(({ state }) => state !== 'exited').map(({ name }) => name);
  const lost = workers(spec).filter(({ name }) => !running.includes(name));
  return new Map(lost.flatMap(({ name }) => hostsOf(site, name).map((host) => [host, name] as const)));
}
