import { copyPlacements, judgeTables, readShardCopies, withConnection } from '@citus-ha/citus';
import { coordinators, type MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { waitForLeader } from '@citus-ha/patroni';
import type { ClusterHandle } from '../cluster-handle.js';
import { withClusterLock } from '../context.js';
import { heldShards } from '../observe/held-shards.js';
import { coordinatorClients } from '../open-cluster.js';
import { remakeWorker } from '../repair/remake-worker.js';

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
 *   and what {@link remakeWorker} throws.
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
  await remakeWorker(cluster, worker, { allowLoss });
  const leader = await waitForLeader({ clients: coordinatorClients(cluster), timeoutMs: 10_000, signal });
  const held = await heldShards(cluster, answerMs);
  onEvent?.({ type: 'copying-placements', worker: worker.name });
  return withConnection(
    cluster.sql(leader.name),
    async (client) => {
      const lacking = judgeTables(await readShardCopies(client), held, spec.shards.replicationFactor);
      const replicated = lacking.filter(({ target }) => target > 1);
      await copyPlacements(client, replicated);
      return {
        copied: replicated.map(({ table }) => table),
        lost: lacking.filter(({ unreachableShards }) => unreachableShards > 0).map(({ table }) => table),
      };
    },
    noStatementTimeout,
  );
}

function requireWorker({ spec }: ClusterHandle, { name, kind }: MemberSpec): void {
  if (kind === 'worker') return;
  const fix =
    kind === 'coordinator' && coordinators(spec).length > 1
      ? `Copy a standby anew from the leader: \`citus-ha reinit ${name}\`.`
      : 'Name a worker.';
  throw new CodedError('NOT_A_WORKER', `${name} is no worker`, { blame: 'user', member: name, fix });
}
