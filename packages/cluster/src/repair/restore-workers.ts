import {
  activateNode,
  copyPlacements,
  judgeTables,
  readNodes,
  readShardCopies,
  withConnection,
  type HeldShards,
  type ServerAddress,
  type ShardCopy,
} from '@citus-ha/citus';
import { workers, type MemberSpec } from '@citus-ha/config';
import type { ClusterHandle } from '../cluster-handle.js';
import { runningMembers } from '../commands/start-stop.js';
import { ifClusterIsFree, withClusterLock } from '../context.js';
import { disableWorker, nodeOf, onLeader, type Client } from './disable-worker.js';
import { markedDisabled, unmarkDisabled } from './disabled-mark.js';
import type { RepairEvent } from './repair-event.js';
import type { WhyNeeded } from './why-needed.js';

const answerMs = 5_000;
const lockMs = 1_000;

type Tell = (event: RepairEvent) => void;

/**
 * Takes workers that were disabled since they were gone, and are back, into service again, and makes the copies anew that tables then lack.
 * Each step is found by what the cluster has, so that the next run goes on from wherever one ends. Answers whether nothing is left to do.
 * No worker is taken back while somebody works on the whole cluster, who may be about to stop it.
 *
 * @throws CodedError `NO_LEADER`, `COPY_FAILED`; as etcd and PostgreSQL do; the cluster's signal's reason.
 */
export async function restoreWorkers(cluster: ClusterHandle, tell: Tell): Promise<boolean> {
  const marked = await markedDisabled(cluster);
  const back = workers(cluster.spec).filter(({ name }) => marked.includes(name));
  return restore(cluster, back, (task) => ifClusterIsFree(cluster, task), tell);
}

/**
 * Does by a command what a sentinel does by itself: takes workers that are gone out of service where others have their shards, takes
 * those back that serve, whoever disabled them, and makes the copies anew that are lacking. Answers whether nothing is left to do.
 *
 * @throws CodedError as {@link restoreWorkers} does.
 */
export function repairWorkers(cluster: ClusterHandle, tell: Tell): Promise<boolean> {
  return withClusterLock(cluster, async () => {
    const running = await runningMembers(cluster);
    for (const worker of workers(cluster.spec).filter(({ name }) => !running.includes(name))) {
      const { outcome, ...result } = await disableWorker(cluster, worker);
      if (outcome === 'disabled') tell({ type: 'worker-disabled', member: worker.name, ...result });
      if (outcome === 'needed') tell({ type: 'worker-needed', member: worker.name, ...(result as WhyNeeded) });
    }
    return restore(cluster, workers(cluster.spec), (task) => task(), tell);
  });
}

function restore(
  cluster: ClusterHandle,
  back: readonly MemberSpec[],
  alone: (task: () => Promise<void>) => Promise<unknown>,
  tell: Tell,
): Promise<boolean> {
  return onLeader(cluster, { timeoutMs: answerMs, statementTimeoutMs: 0 }, async (client) => {
    // Who waits for a lock keeps all others waiting who come later.
    await client.query(`SET lock_timeout = ${lockMs}`);
    for (const worker of back) {
      if (await isBack(cluster, worker, client)) await alone(() => takeBack(cluster, worker, client, tell));
    }
    // What a worker lacks that is still away is not put elsewhere, where it would have to be moved back from.
    if ((await readNodes(client)).some(({ active }) => !active)) return false;
    await copyLacking(cluster, client, tell);
    return true;
  });
}

async function isBack(cluster: ClusterHandle, worker: MemberSpec, client: Client): Promise<boolean> {
  const node = nodeOf(cluster, worker, await readNodes(client));
  return node !== undefined && (node.active || (await takesWrites(cluster.sql(worker.name))));
}

async function takeBack(cluster: ClusterHandle, worker: MemberSpec, client: Client, tell: Tell): Promise<void> {
  const node = nodeOf(cluster, worker, await readNodes(client));
  if (node && !node.active) {
    const options = { timeoutMs: answerMs, statementTimeoutMs: 0 };
    await withConnection(cluster.sql(worker.name), (own) => activateNode(client, node, own), options);
    tell({ type: 'worker-activated', member: worker.name });
  }
  await unmarkDisabled(cluster, worker.name);
}

function takesWrites(server: ServerAddress): Promise<boolean> {
  return withConnection(
    server,
    async (client) => {
      const { rows } = await client.query<{ writes: boolean }>('SELECT NOT pg_is_in_recovery() AS writes');
      return rows[0]?.writes === true;
    },
    { timeoutMs: answerMs, statementTimeoutMs: answerMs },
  ).catch(() => false);
}

async function copyLacking(cluster: ClusterHandle, client: Client, tell: (event: RepairEvent) => void): Promise<void> {
  const { signal, spec } = cluster;
  const copies = await readShardCopies(client);
  const lacking = judgeTables(copies, asCounted(copies), spec.shards.replicationFactor);
  const tables = lacking.filter(({ target, unreachableShards }) => target > 1 && unreachableShards === 0);
  if (tables.length === 0) return;
  await copyPlacements(client, tables, (progress) => {
    signal?.throwIfAborted();
    tell({ type: 'copying-shards', ...progress });
  });
  tell({ type: 'redundancy-restored', tables: tables.map(({ table }) => table) });
}

/** What Citus counts on, as if it were there. */
function asCounted(copies: readonly ShardCopy[]): HeldShards {
  const hosts = new Set(copies.map(({ host }) => host ?? ''));
  return new Map(
    [...hosts].map((host) => [
      host,
      new Set(copies.filter((copy) => copy.host === host).map(({ shardId }) => shardId)),
    ]),
  );
}
