import { composeAdoption } from '@citus-ha/layout';
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { getFile } from './archive.js';
import { labels } from './names.js';

/** A document of a cluster that Compose made of rendered files, as the first of its containers that has it was given it. */
export async function givenDocument(engine: Docker, cluster: string, key: string): Promise<string | undefined> {
  const label = [`${labels.project}=${cluster}`, labels.definition, labels.configHash];
  for (const { Id } of await engine.listContainers({ all: true, filters: { label } })) {
    const text = await getFile(engine.getContainer(Id), `${composeAdoption.folder}/${key}`);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Whether its files come from mounts: whatever is put over them is gone at the next start. */
export function isComposeMade({ Config }: ContainerInspectInfo): boolean {
  return Config.Labels[labels.configHash] !== undefined;
}
