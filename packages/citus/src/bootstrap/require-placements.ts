import { CodedError } from '@citus-ha/core';
import { judgeNodes } from '../judge-redundancy.js';
import { withConnection } from '../server-connection.js';
import { readHeldShards, readShardCopies } from '../shard-copies.js';
import { nodeName, type BootstrapStep, type ClusterState } from './plan.js';
import type { BootstrapRequest } from './request.js';

const askingMs = 5_000;

/**
 * Refuses to prepare or activate a worker that takes queries already, as far as Citus knows, and lacks placements: it has
 * lost its data, and every query for them would fail where the other copies answered until then.
 *
 * @throws CodedError `PLACEMENTS_LOST` naming the worker.
 */
export async function requirePlacements(
  { coordinator, workers }: BootstrapRequest,
  { nodes }: ClusterState,
  steps: readonly BootstrapStep[],
): Promise<void> {
  const touched = workers.filter(({ name, node }) =>
    steps.some((step) =>
      'server' in step ? step.server === name : step.kind === 'activateNode' && nodeName(step.node) === nodeName(node),
    ),
  );
  const inService = touched.filter(({ node }) =>
    nodes.some((known) => known.active && nodeName(known) === nodeName(node)),
  );
  if (inService.length === 0) return;
  const copies = await withConnection({ ...coordinator.server, member: coordinator.name }, readShardCopies);
  const held = new Map(
    await Promise.all(
      inService.map(
        async ({ name, server, node }) =>
          [node.host, await readHeldShards({ ...server, member: name }, askingMs)] as const,
      ),
    ),
  );
  const [lost] = judgeNodes(copies, held);
  if (!lost) return;
  const member = inService.find(({ node }) => node.host === lost.host)?.name ?? lost.host;
  throw new CodedError(
    'PLACEMENTS_LOST',
    `${member} lacks ${lost.missing} of the ${lost.placements} placements that Citus counts on it (${lost.tables.join(', ')}): its data is gone`,
    { member, fix: `Build it anew from the other placements: \`citus-ha rebuild ${member}\`.` },
  );
}
