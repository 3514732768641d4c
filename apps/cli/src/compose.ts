import { citusEngine } from '@citus-ha/citus';
import { standinEngine } from '@citus-ha/citus-standin';
import { openCluster, type ClusterContext, type OpenCluster } from '@citus-ha/cluster';
import type { ClusterSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import { createLocalRuntime } from '@citus-ha/runtime-local';
import type { CommonOptions } from './command.js';
import { interruption } from './interrupt.js';
import { loadSpec } from './load-spec.js';
import { step } from './output.js';

/** Puts spec, runtime and engines together: the one place that knows which there are. */
export async function compose(options: CommonOptions): Promise<ClusterContext> {
  const spec = loadSpec(options.config);
  return {
    spec,
    runtime: await pickRuntime(spec, options.runtime ?? spec.runtime),
    engines: { citus: citusEngine, standin: standinEngine },
    onStep: step,
    signal: interruption(),
  };
}

/** The cluster the options name, which must exist. */
export async function composeCluster(options: CommonOptions): Promise<OpenCluster> {
  return openCluster(await compose(options));
}

async function pickRuntime(spec: ClusterSpec, kind: string): Promise<Runtime> {
  if (kind === 'auto' || kind === 'local') return createLocalRuntime({ cluster: spec.name });
  throw new CodedError('RUNTIME_UNKNOWN', `This version has no runtime ${JSON.stringify(kind)}`, {
    blame: 'user',
    fix: 'Use auto or local.',
  });
}
