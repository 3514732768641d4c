import { citusEngine } from '@citus-ha/citus';
import { standinEngine } from '@citus-ha/citus-standin';
import { openCluster, requireSite, type ClusterContext, type ClusterHandle } from '@citus-ha/cluster';
import type { ClusterSpec } from '@citus-ha/config';
import { codeOf } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import { createLocalRuntime } from '@citus-ha/runtime-local';
import type { CommonOptions } from './command.js';
import { interruption } from './interrupt.js';
import { loadSpec } from './load-spec.js';
import { step } from './output.js';
import { progressLine } from './progress-line.js';
import { sentinelProgram } from './sentinel-folder.js';

/** This very program. */
const ownProgram = [process.execPath, ...process.argv.slice(1, 2)];

/** Puts spec, runtime and engines together: the one place that knows which there are. */
export async function compose(options: CommonOptions): Promise<ClusterContext> {
  const spec = loadSpec(options.config);
  return {
    spec,
    runtime: await pickRuntime(spec, options.runtime ?? spec.runtime),
    engines: { citus: citusEngine, standin: standinEngine },
    onEvent: (event) => step(progressLine(event)),
    signal: interruption(),
  };
}

/** The cluster the options name, which must exist. */
export async function composeCluster(options: CommonOptions): Promise<ClusterHandle> {
  return openCluster(await compose(options));
}

/** The same for what needs none of its passwords. */
export async function composeMembers(options: CommonOptions): Promise<ClusterContext> {
  const context = await compose(options);
  await requireSite(context);
  return context;
}

/**
 * What `auto` is: where the cluster is already; for a new one docker where it can run there, else local. An engine that
 * should answer and does not may hold the cluster, so that is an error: else a second, empty one would take its endpoint.
 */
async function pickRuntime(spec: ClusterSpec, kind: string): Promise<Runtime> {
  const cluster = spec.name;
  const local =
    kind === 'docker'
      ? undefined
      : await createLocalRuntime({ cluster, network: spec.local.network, sentinel: ownProgram });
  if (local && (kind === 'local' || (await isThere(local)))) return local;
  // Loaded only where it may be needed: its client of the engine takes long to load.
  const { canRunInDocker, createDockerRuntime, isEngineWanted } = await import('@citus-ha/runtime-docker');
  if (!local) return createDockerRuntime({ cluster, sentinel: sentinelProgram() });
  if (!(await isEngineWanted())) return local;
  const docker = await createDockerRuntime({ cluster, sentinel: sentinelProgram() });
  return (await docker.site()) || (await canRunInDocker(spec)) ? docker : local;
}

/** A state that cannot be read is a cluster's too, and so are members without one. */
function isThere(runtime: Runtime): Promise<boolean> {
  return Promise.all([runtime.site(), runtime.members()]).then(
    ([site, members]) => site !== undefined || members.length > 0,
    (error: unknown) => {
      if (codeOf(error) === 'STATE_UNREADABLE') return true;
      throw error;
    },
  );
}
