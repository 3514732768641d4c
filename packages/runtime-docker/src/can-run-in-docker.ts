import type { ClusterSpec } from '@citus-ha/config';
import { canHaveBaseImage } from './base-image.js';
import { createEngineClient, pingEngine } from './engine.js';

/**
 * Whether the engine has a base for the images of this cluster, or can get one.
 *
 * @throws CodedError as `createDockerRuntime`.
 */
export async function canRunInDocker(spec: ClusterSpec): Promise<boolean> {
  const engine = await createEngineClient();
  await pingEngine(engine);
  return canHaveBaseImage(engine, spec);
}
