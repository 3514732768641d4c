import { bootstrap, type BootstrapStep } from '@citus-ha/citus';
import { coordinators } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { waitForLeader } from '@citus-ha/patroni';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorClients } from '../open-cluster.js';
import { bootstrapRequest } from '../observe/observe-nodes.js';
import { runningMembers } from '../commands/start-stop.js';

/** Installs the engine on every server and registers every worker; can be repeated. Answers what it changed. */
export async function bootstrapNodes(cluster: ClusterHandle): Promise<readonly BootstrapStep[]> {
  const { signal } = cluster;
  await requireCoordinator(cluster);
  const leader = await waitForLeader({ clients: coordinatorClients(cluster), timeoutMs: 120_000, signal });
  const { steps } = await bootstrap(bootstrapRequest(cluster, leader.name));
  return steps;
}

async function requireCoordinator(cluster: ClusterHandle): Promise<void> {
  const running = await runningMembers(cluster);
  if (coordinators(cluster.spec).some(({ name }) => running.includes(name))) return;
  throw new CodedError('NO_LEADER', 'No coordinator runs', { fix: 'Start the cluster: `citus-ha up`.' });
}
