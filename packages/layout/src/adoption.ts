import type { ClusterSpec } from '@citus-ha/config';
import { recordName, type ClusterRecord } from './cluster-record.js';
import { containerDefinition, type CommonDefinition } from './container-definition.js';
import type { DockerState } from './docker-site.js';
import type { RenderedFile, Site } from './site.js';

/**
 * How a cluster that Compose made of rendered files shows itself to the docker runtime: each member's definition without its
 * files in a label, and documents of the cluster in a folder of its coordinators.
 */
export const composeAdoption = {
  definition: 'io.citus-ha.definition',
  setup: 'io.citus-ha.setup',
  folder: '/citus-ha/given',
} as const;

const documents = 'citus-ha';

/** What a rendered folder is known by, relative to it: the record says that it is one, of which version and of which cluster. */
export const renderedFolder = {
  documents,
  record: `${documents}/${recordName}`,
  compose: { environment: '.env', file: 'compose.yaml' },
} as const;

export interface AdoptionInput {
  readonly spec: ClusterSpec;
  readonly site: Site;
  readonly record: ClusterRecord;
  readonly images: DockerState['images'];
}

/**
 * What `citus-ha` needs of a cluster that Compose made of rendered files to take it for its own: its record, and where its
 * members are. Paths are those in the coordinators' containers.
 */
export function adoptionFiles({ spec, site, record, images }: AdoptionInput): readonly RenderedFile[] {
  const state: DockerState = {
    version: 1,
    base: spec.docker.baseImage,
    images,
    bind: spec.proxy.bind,
    sharedMemory: spec.docker.sharedMemory,
    site,
    addresses: Object.fromEntries(Object.entries(site.members).map(([name, { address }]) => [name, address])),
  };
  return [document(recordName, record), document('docker.json', state)];
}

/** By which the docker runtime knows the member's container, and whether it is as wanted. */
export function adoptionLabels(
  member: Parameters<typeof containerDefinition>[0],
  state: CommonDefinition,
): Readonly<Record<string, string>> {
  return { [composeAdoption.definition]: JSON.stringify(containerDefinition(member, state)) };
}

function document(name: string, content: object): RenderedFile {
  return { path: `${composeAdoption.folder}/${name}`, content: `${JSON.stringify(content, null, 2)}\n`, mode: 0o600 };
}
