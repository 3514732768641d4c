import { waitFor } from '@citus-ha/core';
import { engineVersion, type EngineVersion } from '../engine.js';
import { readNodeLinks, readNodes, type CitusNode, type NodeAddress, type NodeLink } from '../nodes.js';
import { withConnection } from '../server-connection.js';
import { applyBootstrap } from './apply.js';
import { observeCluster } from './observe.js';
import { nodeName, planBootstrap, type BootstrapStep, type DesiredCluster } from './plan.js';
import { requirePlacements } from './require-placements.js';
import type { BootstrapRequest } from './request.js';

export interface BootstrapResult {
  /** What was done; empty where nothing was missing. */
  readonly steps: readonly BootstrapStep[];
  readonly engine: EngineVersion | undefined;
  readonly nodes: readonly CitusNode[];
}

/**
 * Makes one cluster of a coordinator and its workers: waits for every server, creates pg_stat_statements and the engine
 * on each, registers the nodes, and checks that all of them reach one another. Finishes what an earlier run left half
 * done; where nothing is missing it changes nothing.
 *
 * @throws CodedError `TIMEOUT` naming the server that did not come, or the nodes that cannot reach one another;
 *   `PLACEMENTS_LOST` naming a worker in service whose data is gone; and what {@link observeCluster} and {@link applyBootstrap} throw.
 */
export async function bootstrap(request: BootstrapRequest): Promise<BootstrapResult> {
  const seen = await observeCluster(request);
  const steps = planBootstrap(desiredOf(request), seen);
  await requirePlacements(request, seen, steps);
  await applyBootstrap(request, steps);
  await waitForLinks(request);
  const { server, name } = request.coordinator;
  return withConnection({ ...server, member: name }, async (client) => ({
    steps,
    engine: await engineVersion(client),
    nodes: await readNodes(client),
  }));
}

/** What {@link planBootstrap} is asked for by a request. */
export function desiredOf({ coordinator, workers }: BootstrapRequest): DesiredCluster {
  return { database: coordinator.server.database, coordinator, workers };
}

/** Nodes that are registered and not asked for may be down for reasons of their own. */
async function waitForLinks({ coordinator, workers, timeoutMs = 60_000, signal }: BootstrapRequest): Promise<void> {
  const askedFor = [...workers, coordinator].flatMap(({ node }) => (node ? [nodeName(node)] : []));
  const isAskedFor = (node: NodeAddress): boolean => askedFor.includes(nodeName(node));
  let broken: readonly NodeLink[] = [];
  await waitFor({
    what: 'all nodes to reach one another',
    timeoutMs,
    signal,
    intervalMs: 500,
    lastSeen: () => broken.map(({ from, to }) => `${nodeName(from)} cannot reach ${nodeName(to)}`).join(', '),
    fix: 'Check that each node resolves the names of the others, and that its password file and pg_hba.conf let it in.',
    probe: async () => {
      const links = await withConnection({ ...coordinator.server, member: coordinator.name }, readNodeLinks);
      broken = links.filter(({ from, to, reachable }) => !reachable && isAskedFor(from) && isAskedFor(to));
      return broken.length === 0;
    },
  });
}
