import { bootstrap } from '@citus-ha/citus';
import { workers } from '@citus-ha/config';
import { waitForLeader } from '@citus-ha/patroni';
import { coordinatorClients, serverOf, siteOf, type OpenCluster } from './open-cluster.js';

/** Registers the engine and every worker on the coordinator that leads; can be repeated. Answers what it changed. */
export async function bootstrapNodes(cluster: OpenCluster): Promise<readonly string[]> {
  const { spec, site, record, engines, signal, onStep } = cluster;
  const leader = await waitForLeader({ clients: coordinatorClients(cluster), timeoutMs: 60_000, signal });
  const changes: string[] = [];
  await bootstrap({
    coordinator: { host: siteOf(site, leader.name).host, server: serverOf(cluster, leader.name) },
    workers: workers(spec).map(({ name }) => ({ host: siteOf(site, name).host, server: serverOf(cluster, name) })),
    engine: engines[record.engine],
    onStep: (step) => {
      changes.push(step);
      onStep?.(step);
    },
    signal,
  });
  return changes;
}
