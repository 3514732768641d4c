import {
  activateNode,
  copyPlacements,
  judgeTables,
  readNodes,
  readReached,
  readShardCopies,
  withConnection,
  type HeldShards,
  type ShardCopy,
} from '@citus-ha/citus';
import { workers, type MemberSpec } from '@citus-ha/config';
import type { EtcdKey } from '@citus-ha/dcs';
import { bootstrapNodes } from '../apply/bootstrap-nodes.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { ifClusterIsFree, withClusterLock } from '../context.js';
import { disableWorker, nodeOf, onLeader, type Client } from './disable-worker.js';
import { readMarks } from './disabled-mark.js';
import type { RepairEvent } from './repair-event.js';
import { hasEngine, takesWrites } from './worker-state.js';

const answerMs = 5_000;
/** Of a worker with very many shards. */
const activationMs = 60_000;
/** Who waits for a lock keeps all others waiting who come later. */
const lockTimeout = "SET lock_timeout = '1s'";

type Tell = (event: RepairEvent) => void;
/** Runs a change of nodes or shards; `false` where it may not be made now. */
type Step = (change: () => Promise<true>) => Promise<boolean>;

/**
 * Takes workers that were disabled since they were gone, and are back, into service again, and makes the copies anew that tables then lack.
 * Each step is found by what the cluster has, so that the next run goes on from wherever one ends. Answers whether nothing is left to do.
 * Nothing is done while somebody works on the whole cluster, who may be about to stop a worker, or copies himself.
 *
 * @throws CodedError `NO_LEADER`, `COPY_FAILED`; as etcd and PostgreSQL do; the cluster's signal's reason.
 */
export async function restoreWorkers(cluster: ClusterHandle, tell: Tell): Promise<boolean> {
  const marks = await readMarks(cluster);
  const back = workers(cluster.spec).filter(({ name }) => marks.has(name));
  return restore(cluster, back, marks, async (change) => (await ifClusterIsFree(cluster, change)) ?? false, tell);
}

/**
 * Does by a command what a sentinel does by itself: takes workers that are gone out of service where others have their shards, takes
 * those back that serve, whoever disabled them, and makes the copies anew that are lacking. Answers whether nothing is left to do.
 *
 * @throws CodedError as {@link restoreWorkers} does.
 */
export function repairWorkers(cluster: ClusterHandle, tell: Tell): Promise<boolean> {
  return withClusterLock(cluster, async () => {
    const members = await cluster.runtime.members();
    const gone = members.filter(({ state }) => state === 'exited').map(({ name }) => name);
    for (const worker of workers(cluster.spec).filter(({ name }) => gone.includes(name))) {
      const event = await disableWorker(cluster, worker);
      if (event) tell(event);
    }
    const marks = await readMarks(cluster);
    return restore(cluster, workers(cluster.spec), marks, (change) => change(), tell);
  });
}

function restore(
  cluster: ClusterHandle,
  back: readonly MemberSpec[],
  marks: ReadonlyMap<string, EtcdKey>,
  step: Step,
  tell: Tell,
): Promise<boolean> {
  return onLeader(cluster, { timeoutMs: answerMs, statementTimeoutMs: 0 }, async (client) => {
    await client.query(lockTimeout);
    for (const worker of back) await takeBack(cluster, worker, { client, mark: marks.get(worker.name), step, tell });
    const isCopied = await copyLacking(cluster, client, step, tell);
    return isCopied && (await readNodes(client)).every(({ active }) => active);
  });
}

interface TakeBack {
  readonly client: Client;
  readonly mark: EtcdKey | undefined;
  readonly step: Step;
  readonly tell: Tell;
}

async function takeBack(
  cluster: ClusterHandle,
  worker: MemberSpec,
  { client, mark, step, tell }: TakeBack,
): Promise<void> {
  const server = cluster.sql(worker.name);
  const node = nodeOf(cluster, worker, await readNodes(client));
  if (!node) return;
  if (!node.active) {
    if (!(await takesWrites(server))) return;
    const isPrepared = await hasEngine(server);
    // Who waits for it in vain, with the nodes locked, keeps writes waiting too.
    if (isPrepared && (await readReached(client, [node], answerMs)).length === 0) return;
    const isDone = await step(async () => {
      // Who was making it anew may have died before that.
      if (!isPrepared) return bootstrapNodes(cluster).then(() => true as const);
      await client.query(`SET statement_timeout = ${activationMs}`);
      await withConnection(
        server,
        async (own) => {
          await own.query(lockTimeout);
          await activateNode(client, node, own);
        },
        { timeoutMs: answerMs, statementTimeoutMs: activationMs },
      );
      await client.query('SET statement_timeout = 0');
      return true;
    });
    if (!isDone) return;
    tell({ type: 'worker-activated', member: worker.name });
  }
  if (mark) await cluster.dcs.deleteIfUnchanged(mark, [mark.key]);
}

async function copyLacking({ signal, spec }: ClusterHandle, client: Client, step: Step, tell: Tell): Promise<boolean> {
  const copies = await readShardCopies(client);
  const lacking = judgeTables(copies, asCounted(copies), spec.shards.replicationFactor);
  const tables = lacking.filter(({ target, unreachableShards }) => target > 1 && unreachableShards === 0);
  const copied = new Set<string>();
  const onProgress = (progress: { readonly table: string; readonly shardsLeft: number }) => {
    signal?.throwIfAborted();
    copied.add(progress.table);
    tell({ type: 'copying-shards', ...progress });
  };
  const isDone = await copyPlacements(client, tables, { onProgress, step });
  if (isDone && copied.size > 0) tell({ type: 'redundancy-restored', tables: [...copied] });
  return isDone;
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
