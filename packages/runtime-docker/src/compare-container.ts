import {
  containerDefinition,
  containerName,
  type ContainerDefinition,
  type DockerState,
  type RenderedFile,
} from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';
import type { Comparison, MemberDefinition } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import type { Container, ContainerInspectInfo } from 'dockerode';
import { isComposeMade } from './adoption.js';
import { getFile } from './archive.js';
import { ifThere } from './engine.js';
import { labels } from './names.js';
import { isElsewhere } from './network.js';

/** A member's container beside what it is to be. */
export interface ComparedContainer {
  readonly comparison: Comparison;
  readonly found: ContainerInspectInfo | undefined;
  readonly wanted: ContainerDefinition;
  /** Those that it lacks, or has with another text; not read where it is made anew. */
  readonly different: readonly RenderedFile[];
}

/**
 * Changes nothing.
 *
 * @throws CodedError `CONTAINER_TAKEN` where the container of this name is not this cluster's.
 */
export async function compareContainer(
  engine: Docker,
  cluster: string,
  definition: MemberDefinition,
  state: DockerState,
): Promise<ComparedContainer> {
  const { name, files } = definition;
  const container = engine.getContainer(containerName(cluster, name));
  const wanted = containerDefinition(definition, state);
  const found = await ifThere(container.inspect());
  if (found !== undefined) refuseStranger(cluster, found);
  if (found?.Config.Labels[labels.definition] !== JSON.stringify(wanted))
    return { comparison: 'life', found, wanted, different: files };
  const different = await differentFiles(container, files);
  const isMoved = isElsewhere(cluster, found, state.addresses[name] ?? '');
  const changed = isComposeMade(found) && different.length > 0 ? 'life' : 'files';
  return { comparison: different.length > 0 || isMoved ? changed : 'same', found, wanted, different };
}

/** @throws CodedError `CONTAINER_TAKEN`. */
export function refuseStranger(cluster: string, { Name, Config }: ContainerInspectInfo): void {
  const owner = Config.Labels[labels.project];
  if (owner === cluster && Config.Labels[labels.definition] !== undefined) return;
  throw new CodedError(
    'CONTAINER_TAKEN',
    `The container name ${Name.slice(1)} is taken by ${owner === undefined ? `a container of ${Config.Image}` : `the Compose project ${owner}`}`,
    { blame: 'user', fix: `Remove it (docker rm -f ${Name.slice(1)}), or give the cluster another name.` },
  );
}

async function differentFiles(container: Container, files: readonly RenderedFile[]): Promise<readonly RenderedFile[]> {
  const known = await Promise.all(files.map(({ path }) => getFile(container, path)));
  return files.filter(({ content }, index) => known[index] !== content);
}
