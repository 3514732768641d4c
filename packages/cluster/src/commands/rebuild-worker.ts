import {
  copyPlacements,
  judgeTables,
  onlyCopies,
  readNodes,
  readShardCopies,
  retireNode,
  withConnection,
  type ShardCopy,
} from '@citus-ha/citus';
import { coordinators, type MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import { waitForLeader } from '@citus-ha/patroni';
import { bootstrapNodes } from '../apply/bootstrap-nodes.js';
import { withClusterLock } from '../context.js';
import { heldShards } from '../observe/held-shards.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorClients, dcsPathOf } from '../open-cluster.js';
import { nodeOf } from '../repair/disable-worker.js';
import { renderInput } from '../render-input.js';
import { startMember } from './start-stop.js';

export interface Rebuilt {
  /** Tables whose missing shards were copied to the worker. */
  readonly copied: readonly string[];
  /** Tables that have lost shards for good; only where that was allowed. */
  readonly lost: readonly string[];
}

const answerMs = 5_000;
const noStatementTimeout = { statementTimeoutMs: 0 };

/**
 * Makes a worker anew, empty, and copies to it what the other workers have of its shards. Can be repeated, and finishes what
 * an interrupted run began. The worker's own data is removed, so nothing is done before every shard of it was seen elsewhere.
 *
 * @throws CodedError `NOT_A_WORKER`; `ONLY_PLACEMENT` naming the tables of which it has the only copies, unless `allowLoss`;
 *   and what {@link bootstrapNodes} throws.
 */
export function rebuildWorker(
  cluster: ClusterHandle,
  worker: MemberSpec,
  { allowLoss = false }: { readonly allowLoss?: boolean | undefined } = {},
): Promise<Rebuilt> {
  requireWorker(cluster, worker);
  return withClusterLock(cluster, () => rebuild(cluster, worker, allowLoss));
}

async function rebuild(cluster: ClusterHandle, worker: MemberSpec, allowLoss: boolean): Promise<Rebuilt> {
  const { onEvent, signal, spec } = cluster;
  const leader = await waitForLeader({ clients: coordinatorClients(cluster), timeoutMs: 10_000, signal });
  const onLeader = <T>(task: Parameters<typeof withConnection<T>>[1]) =>
    withConnection(cluster.sql(leader.name), task, noStatementTimeout);
  const copies = await onLeader(readShardCopies);
  const node = nodeOf(cluster, worker, await onLeader(readNodes));
  const forgotten = onlyCopies(copies, await heldShards(cluster, answerMs), node?.host ?? worker.name);
  if (!allowLoss) refuseLoss(worker, forgotten);
  onEvent?.({ type: 'removing-worker', worker: worker.name });
  if (node?.active || forgotten.length > 0) {
    await stopIfThere(cluster, worker);
    if (node) await onLeader((client) => retireNode(client, node, forgotten));
  }
  await empty(cluster, worker);
  await startMember(cluster, worker);
  await waitForLeader({ clients: [cluster.patroni(worker.name)], timeoutMs: 120_000, signal });
  await bootstrapNodes(cluster);
  const held = await heldShards(cluster, answerMs);
  const lacking = judgeTables(await onLeader(readShardCopies), held, spec.shards.replicationFactor);
  const replicated = lacking.filter(({ target }) => target > 1);
  onEvent?.({ type: 'copying-placements', worker: worker.name });
  await onLeader((client) => copyPlacements(client, replicated));
  return {
    copied: replicated.map(({ table }) => table),
    lost: lacking.filter(({ unreachableShards }) => unreachableShards > 0).map(({ table }) => table),
  };
}

function requireWorker({ spec }: ClusterHandle, { name, kind }: MemberSpec): void {
  if (kind === 'worker') return;
  const fix =
    kind === 'coordinator' && coordinators(spec).length > 1
      ? `Copy a standby anew from the leader: \`citus-ha reinit ${name}\`.`
      : 'Name a worker.';
  throw new CodedError('NOT_A_WORKER', `${name} is no worker`, { blame: 'user', member: name, fix });
}

function refuseLoss({ name }: MemberSpec, forgotten: readonly ShardCopy[]): void {
  if (forgotten.length === 0) return;
  const tables = [...new Set(forgotten.map(({ table }) => table))];
  throw new CodedError(
    'ONLY_PLACEMENT',
    `${name} has, or had, the only copy of ${forgotten.length} shards that can be reached (${tables.join(', ')})`,
    {
      blame: 'user',
      member: name,
      fix: 'Start the workers that have others, or mount the disk of this one; or lose these shards: --allow-loss, then drop or restore their tables.',
    },
  );
}

async function stopIfThere({ runtime }: ClusterHandle, { name }: MemberSpec): Promise<void> {
  if ((await runtime.members()).some((member) => member.name === name)) await runtime.stop(name);
}

/** The worker's own cluster in etcd begins anew too, or its Patroni would wait for the data of the old one. */
async function empty(cluster: ClusterHandle, worker: MemberSpec): Promise<void> {
  const { runtime } = cluster;
  await runtime.withLock(worker.name, async () => {
    await runtime.remove(worker.name, { data: true });
    const etcd = cluster.dcs;
    const path = dcsPathOf(cluster, worker);
    const initialized = await etcd.get(`${path}initialize`);
    if (initialized)
      await etcd.deleteIfUnchanged(
        initialized,
        patroniKeys.map((key) => path + key),
      );
    await runtime.create(renderMember(renderInput(cluster), worker));
  });
}

/** What Patroni keeps of the data of a cluster; its configuration stays. */
const patroniKeys = ['initialize', 'leader', 'history', 'status', 'failsafe', 'failover', 'sync'];
