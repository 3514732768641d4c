import { readHeldShards, type HeldShards } from '@citus-ha/citus';
import { workers } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import { inTime, isLate } from './in-time.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { hostsOf } from '../places.js';

/** As {@link HeldShards}; `late` of a worker that may hold them all, since it runs and its answer only did not come in time. */
export type SeenShards = ReadonlyMap<string, ReadonlySet<string> | 'late' | undefined>;

/** Which shards each worker really has, asked of all at the same time; by the name and the address that Citus may know it by. */
export async function heldShards(cluster: ClusterHandle, timeoutMs: number): Promise<HeldShards> {
  const seen = await askShards(cluster, timeoutMs);
  return new Map([...seen].map(([host, shards]) => [host, shards === 'late' ? undefined : shards]));
}

/** The same for a look at the whole cluster. */
export async function readShards(cluster: ClusterHandle, processes: Promise<readonly Member[]>): Promise<SeenShards> {
  const seen = await askShards(cluster, cluster.answerMs);
  const running = (await processes).filter(({ state }) => state === 'running');
  const hosts = new Set(running.flatMap(({ name }) => hostsOf(cluster.site, name)));
  return new Map([...seen].map(([host, shards]) => [host, shards === 'late' && !hosts.has(host) ? undefined : shards]));
}

async function askShards(cluster: ClusterHandle, timeoutMs: number): Promise<SeenShards> {
  const placed = workers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const held = await Promise.all(
    placed.map(async ({ name }) => {
      const question = readHeldShards(cluster.sql(name), timeoutMs);
      const shards = await inTime(question, timeoutMs).catch((error: unknown) => (isLate(error) ? 'late' : undefined));
      return hostsOf(cluster.site, name).map((host) => [host, shards] as const);
    }),
  );
  return new Map(held.flat());
}
