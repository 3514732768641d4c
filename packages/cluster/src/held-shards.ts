import { readHeldShards, type HeldShards } from '@citus-ha/citus';
import { workers } from '@citus-ha/config';
import { inTime } from './in-time.js';
import { serverOf, siteOf, type OpenCluster } from './open-cluster.js';

/** Which shards each worker really has, asked of all at the same time; by the name and the address that Citus may know it by. */
export async function heldShards(cluster: OpenCluster, timeoutMs: number): Promise<HeldShards> {
  const placed = workers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const held = await Promise.all(
    placed.map(async ({ name }) => {
      const shards = await inTime(readHeldShards(serverOf(cluster, name), timeoutMs), timeoutMs).catch(() => undefined);
      const { host, address } = siteOf(cluster.site, name);
      return [name, host, address].map((known) => [known, shards] as const);
    }),
  );
  return new Map(held.flat());
}
