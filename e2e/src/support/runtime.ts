import type { ClusterSpec } from '@citus-ha/config';
import type { Runtime } from '@citus-ha/runtime';
import { createDockerRuntime } from '@citus-ha/runtime-docker';
import { createLocalRuntime } from '@citus-ha/runtime-local';
import type { CliPlace } from './cli.js';

/** Where the clusters under test run: $E2E_RUNTIME, local unless told. */
export const runtimeKind = process.env['E2E_RUNTIME'] === 'docker' ? 'docker' : 'local';

/** What cluster.yaml says of it; on docker $E2E_BASE_IMAGE may name the base of the images. */
export const runtimeYaml = [
  `runtime: ${runtimeKind}`,
  ...(process.env['E2E_BASE_IMAGE'] ? [`docker: { baseImage: '${process.env['E2E_BASE_IMAGE']}' }`] : []),
].join('\n');

/** Whether that base is one with Citus; the plain ones that are made where no registry answers are without. */
export const hasCitus = runtimeKind === 'docker' && process.env['E2E_BASE_IMAGE'] !== undefined;

/** The members of a cluster, past the command line. */
export function openRuntime({
  name,
  env,
  network = 'loopback',
}: CliPlace & { readonly name: string; readonly network?: ClusterSpec['local']['network'] }): Promise<Runtime> {
  return runtimeKind === 'docker'
    ? createDockerRuntime({ cluster: name })
    : createLocalRuntime({ cluster: name, stateHome: env['XDG_STATE_HOME'] ?? '', network });
}
