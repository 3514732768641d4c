import { waitFor } from '@citus-ha/core';
import { readNodes } from '../nodes.js';
import { withConnection, type ServerAddress } from '../server-connection.js';

/**
 * Waits until someone else, such as Patroni, has registered the coordinator. A worker that came first would make Citus
 * register it as localhost, where no worker finds it.
 *
 * @throws CodedError `TIMEOUT`
 */
export async function waitForCoordinatorNode(
  coordinator: ServerAddress,
  { timeoutMs = 60_000, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await waitFor({
    what: 'the coordinator to be registered as group 0',
    timeoutMs,
    signal,
    fix: 'Check that Patroni on the coordinators has a citus section with group 0 and this database.',
    probe: async () => {
      const nodes = await withConnection(coordinator, readNodes);
      return nodes.some(({ groupId }) => groupId === 0);
    },
  });
}
