import { onlyCopies, readNodes, readShardCopies, retireNode, withConnection, type ShardCopy } from '@citus-ha/citus';
import type { MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import { waitForLeader } from '@citus-ha/patroni';
import { bootstrapNodes } from '../apply/bootstrap-nodes.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { startMember } from '../commands/start-stop.js';
import { ifClusterIsFree } from '../context.js';
import { heldShards } from '../observe/held-shards.js';
import { lossOf } from '../observe/lost-data.js';
import { coordinatorClients, dcsPathOf } from '../open-cluster.js';
import { renderInput } from '../render-input.js';
import { siteOf } from '../places.js';
import { nodeOf, onLeader } from './disable-worker.js';
import { readMarks } from './disabled-mark.js';

const answerMs = 5_000;
const answer = { timeoutMs: answerMs, statementTimeoutMs: answerMs };
const noStatementTimeout = { statementTimeoutMs: 0 };

/**
 * Makes a worker anew, empty, and takes it into service: its copies are lacking then. Can be repeated, and finishes what an interrupted
 * run began. The worker's own data is removed, so nothing is done before every shard of it was seen elsewhere.
 *
 * @param isStill Asked right before its data are removed, under its lock.
 * @throws CodedError `ONLY_PLACEMENT` naming the tables of which it has the only copies, unless `allowLoss`; what
 *   {@link bootstrapNodes} throws.
 */
export async function remakeWorker(
  cluster: ClusterHandle,
  worker: MemberSpec,
  { allowLoss = false, isStill = async () => true }: { allowLoss?: boolean; isStill?: () => Promise<boolean> },
): Promise<boolean> {
  const { signal } = cluster;
  const leader = await waitForLeader({ clients: coordinatorClients(cluster), timeoutMs: 10_000, signal });
  const ask = <T>(task: Parameters<typeof withConnection<T>>[1]) =>
    withConnection(cluster.sql(leader.name), task, noStatementTimeout);
  const copies = await ask(readShardCopies);
  const node = nodeOf(cluster, worker, await ask(readNodes));
  const forgotten = onlyCopies(copies, await heldShards(cluster, answerMs), node?.host ?? worker.name);
  if (!allowLoss) refuseLoss(worker, forgotten);
  cluster.onEvent?.({ type: 'removing-worker', worker: worker.name });
  if (node?.active || forgotten.length > 0) {
    await stopIfThere(cluster, worker);
    if (node) await ask((client) => retireNode(client, node, forgotten));
  }
  if (!(await empty(cluster, worker, isStill))) return false;
  await startMember(cluster, worker);
  await waitForLeader({ clients: [cluster.patroni(worker.name)], timeoutMs: 120_000, signal });
  await bootstrapNodes(cluster);
  return true;
}

/**
 * The same of a worker that is out of service since it was lost, and whose data directory was seen to be empty. Answers whether it was done:
 * not while somebody works on the whole cluster. One that was removed and not made again, or not started, is that first, with whatever data
 * it has.
 *
 * @throws as {@link remakeWorker} does.
 */
export async function remakeIfEmpty(cluster: ClusterHandle, worker: MemberSpec): Promise<boolean> {
  const { onEvent: _, ...quiet } = cluster;
  const remade = await ifClusterIsFree(cluster, async () => {
    if (!(await readMarks(cluster)).has(worker.name)) return false;
    const node = await onLeader(cluster, answer, async (leader) => nodeOf(cluster, worker, await readNodes(leader)));
    if (node === undefined || node.active) return false;
    const found = (await cluster.runtime.members()).find(({ name }) => name === worker.name);
    if (found === undefined || found.state === 'created') return makeAgain(quiet, worker);
    const isStill = async () => (await lossOf(cluster, worker)) === 'empty' && (await isEmpty(cluster, worker));
    return (await isStill()) && remakeWorker(quiet, worker, { isStill });
  });
  return remade === true;
}

async function makeAgain(cluster: ClusterHandle, worker: MemberSpec): Promise<false> {
  await cluster.runtime.create(renderMember(renderInput(cluster), worker));
  await startMember(cluster, worker);
  return false;
}

/** By its own word; of a disk that cannot be read it has none. */
async function isEmpty({ runtime, site, signal }: ClusterHandle, { name }: MemberSpec): Promise<boolean> {
  const { dataDir } = siteOf(site, name);
  const command = ['python3', '-c', countFiles, dataDir];
  const { exitCode, stdout } = await runtime.exec(name, command, { ...(signal && { signal }) });
  return exitCode === 0 && stdout.trim() === '0';
}

/** What a file system of its own has in it counts for nothing. */
const countFiles = `
import os, sys
try:
    names = os.listdir(sys.argv[1])
except FileNotFoundError:
    os.listdir(os.path.dirname(sys.argv[1]))
    names = []
print(len([name for name in names if name != "lost+found"]))`;

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
async function empty(cluster: ClusterHandle, worker: MemberSpec, isStill: () => Promise<boolean>): Promise<boolean> {
  const { runtime } = cluster;
  return runtime.withLock(worker.name, async () => {
    if (!(await isStill())) return false;
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
    return true;
  });
}

/** What Patroni keeps of the data of a cluster; its configuration stays. */
const patroniKeys = ['initialize', 'leader', 'history', 'status', 'failsafe', 'failover', 'sync'];
