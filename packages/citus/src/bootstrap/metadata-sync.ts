import { waitFor } from '@citus-ha/core';
import { withConnection, type ServerAddress } from '../server-connection.js';

/**
 * Waits until every active worker knows of the last change to `pg_dist_node`. A background process of Citus tells them
 * some time after a node was disabled or moved, and until then Citus refuses to change nodes ("is out of sync").
 *
 * @throws CodedError `TIMEOUT` naming the workers that were not told.
 */
export async function waitForMetadataSync(
  coordinator: ServerAddress,
  { timeoutMs = 60_000, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  let unsynced: readonly string[] = [];
  await waitFor({
    what: 'all active workers to have the metadata of the coordinator',
    timeoutMs,
    signal,
    ...(coordinator.member !== undefined && { member: coordinator.member }),
    lastSeen: () => `${unsynced.join(', ')} without it`,
    fix: 'Start these workers, or disable them (citus_disable_node).',
    probe: async () => {
      const { rows } = await withConnection(coordinator, (client) => client.query<{ node: string }>(unsyncedSql));
      unsynced = rows.map(({ node }) => node);
      return unsynced.length === 0;
    },
  });
}

const unsyncedSql = `
SELECT nodename || ':' || nodeport AS node
FROM pg_dist_node
WHERE isactive AND hasmetadata AND NOT metadatasynced
ORDER BY nodeid`;
