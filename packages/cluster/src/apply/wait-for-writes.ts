import { withConnection, type ServerAddress } from '@citus-ha/citus';
import { poolers, proxies } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import type { ClusterHandle } from '../cluster-handle.js';

/** Until the write endpoint leads to one server, and that takes writes: one that led before may not be out of it yet. */
export async function waitForWrites(
  cluster: ClusterHandle,
  { intervalMs = 100 }: { readonly intervalMs?: number } = {},
): Promise<void> {
  const endpoint = cluster.endpoint('write');
  const [proxy] = proxies(cluster.spec);
  await waitFor({
    what: `the write endpoint ${endpoint.host}:${endpoint.port} to reach the leader`,
    ...(proxy && { member: proxy.name }),
    probe: async () => (await isPrimary(endpoint)) && (await areRoutesClear(cluster)),
    timeoutMs: 60_000,
    intervalMs,
    signal: cluster.signal,
    fix: 'See `citus-ha doctor`, and the log of the proxy: `citus-ha logs haproxy`.',
  });
}

/** Until clients of the pooled endpoint are served, where there is one. */
export async function waitForPooled(cluster: ClusterHandle): Promise<void> {
  const [pooler] = poolers(cluster.spec);
  if (!pooler) return;
  const endpoint = cluster.endpoint('pooled');
  await waitFor({
    what: `the pooled endpoint ${endpoint.host}:${endpoint.port} to reach the leader`,
    member: pooler.name,
    probe: () => isPrimary(endpoint),
    timeoutMs: 60_000,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${pooler.name}\`.`,
  });
}

function isPrimary(server: ServerAddress): Promise<boolean> {
  return withConnection(server, async (client) => {
    const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
    return rows[0]?.standby === false;
  });
}

async function areRoutesClear(cluster: ClusterHandle): Promise<boolean> {
  const routes = await Promise.all(proxies(cluster.spec).map(({ name }) => cluster.routes(name).read()));
  return routes.every((one) => one.filter(({ listener, up }) => listener === 'postgres_write' && up).length === 1);
}
