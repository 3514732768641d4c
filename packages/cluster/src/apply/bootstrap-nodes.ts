import { bootstrap, type BootstrapStep } from '@citus-ha/citus';
import { coordinators, workers } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { waitForLeader } from '@citus-ha/patroni';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorClients } from '../open-cluster.js';
import { siteOf } from '../places.js';
import { runningMembers } from '../commands/start-stop.js';

/** Installs the engine on every server and registers every worker; can be repeated. Answers what it changed. */
export async function bootstrapNodes(cluster: ClusterHandle): Promise<readonly BootstrapStep[]> {
  const { spec, site, record, engines, signal, onEvent } = cluster;
  await requireCoordinator(cluster);
  const leader = await waitForLeader({ clients: coordinatorClients(cluster), timeoutMs: 120_000, signal });
  const nodeOf = (name: string) => ({ host: siteOf(site, name).host, port: 5432 });
  const { steps } = await bootstrap({
    coordinator: {
      name: leader.name,
      server: cluster.sql(leader.name),
      // With Citus, Patroni registers the leader itself, and again after every failover.
      ...(record.engine === 'standin' && { node: nodeOf(leader.name) }),
    },
    workers: workers(spec).map(({ name }) => ({ name, server: cluster.sql(name), node: nodeOf(name) })),
    engine: engines[record.engine],
    onStep: (step) => onEvent?.({ type: 'bootstrap', step }),
    signal,
  });
  return steps;
}

async function requireCoordinator(cluster: ClusterHandle): Promise<void> {
  const running = await runningMembers(cluster);
  if (coordinators(cluster.spec).some(({ name }) => running.includes(name))) return;
  throw new CodedError('NO_LEADER', 'No coordinator runs', { fix: 'Start the cluster: `citus-ha up`.' });
}
