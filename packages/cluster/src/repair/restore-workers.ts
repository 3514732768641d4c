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
import { leaderByEtcd, nodeOf } from './disable-worker.js';
import { markedDisabled, unmarkDisabled } from './disabled-mark.js';
import type { RepairEvent } from './repair-event.js';

type Client = Parameters<Parameters<typeof withConnection>[1]>[0];

const answerMs = 5_000;
const lockMs = 1_000;
const noStatementTimeout = { timeoutMs: answerMs, statementTimeoutMs: 0 };

/**
 * Takes workers that were disabled, and are back, into service again, and makes the copies anew that tables then lack. Each step is
 * found by what the cluster has, so that the next run goes on from wherever one ends. Answers whether nothing is left to do.
 *
 * @throws CodedError `NO_LEADER`, `COPY_FAILED`; as etcd and PostgreSQL do; the cluster's signal's reason.
 */
export async function restoreWorkers(cluster: ClusterHandle, tell: (event: RepairEvent) => void): Promise<boolean> {
  const marked = await markedDisabled(cluster);
  const leader = await leaderByEtcd(cluster);
  return withConnection(
    cluster.sql(leader),
    async (client) => {
      // Who waits for a lock keeps all others waiting who come later.
      await client.query(`SET lock_timeout = ${lockMs}`);
      for (const worker of workers(cluster.spec).filter(({ name }) => marked.includes(name))) {
        await takeBack(cluster, worker, client, tell);
      }
      // What a worker lacks that is still away is not put elsewhere, where it would have to be moved back from.
      if ((await readNodes(client)).some(({ active }) => !active)) return false;
      await copyLacking(cluster, client, tell);
      return true;
    },
    noStatementTimeout,
  );
}

async function takeBack(
  cluster: ClusterHandle,
  worker: MemberSpec,
  client: Client,
  tell: (event: RepairEvent) => void,
): Promise<void> {
  const node = nodeOf(cluster, worker, await readNodes(client));
  if (node && !node.active) {
    const server = cluster.sql(worker.name);
    if (!(await takesWrites(server))) return;
    await withConnection(server, (own) => activateNode(client, node, own), noStatementTimeout);
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
