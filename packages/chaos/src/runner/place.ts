import { cpus, totalmem } from 'node:os';
import { readFile } from 'node:fs/promises';
import { readStatus, withPatience, type ClusterHandle } from '@citus-ha/cluster';
import type { SeriesPlace } from './series.js';

/** Where a series runs: versions and settings that its figures depend on. */
export async function readPlace(cluster: ClusterHandle): Promise<SeriesPlace> {
  const { spec, site, runtime, record } = cluster;
  const { engine } = await readStatus(withPatience(cluster));
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  const { name, durability, timings, coordinators, workers, shards, etcd } = spec;
  return {
    runtime: runtime.kind,
    engine: `${record.engine === 'citus' ? 'Citus' : 'stand-in'} ${engine.version ?? ''}`.trim(),
    versions: { ...site.versions, citusHa: manifest.version, node: process.versions.node },
    machine: { cpus: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
    spec: { name, durability, timings, coordinators, workers, shards, etcd },
  };
}
