import { membersOf } from '@citus-ha/config';
import {
  composeAdoption,
  containerDefinition,
  keptOfSpec,
  type DockerState,
  type RenderedFile,
} from '@citus-ha/layout';
import { dockerImages } from './docker-images.js';
import type { RenderedMember, RenderInput } from './rendering.js';

/**
 * What `citus-ha` needs of a cluster that Compose made of rendered files to take it for its own: its record, and where its
 * members are. Paths are those in the coordinators' containers.
 */
export function adoptionFiles(input: RenderInput): readonly RenderedFile[] {
  const { spec, site, secrets, certificates, engine } = input;
  const record = { engine, secrets, ...(certificates && { certificates }), ...keptOfSpec(spec) };
  const state: DockerState = {
    version: 1,
    base: spec.docker.baseImage,
    images: dockerImages(input),
    bind: spec.proxy.bind,
    site,
    addresses: Object.fromEntries(membersOf(spec).map(({ name }) => [name, site.members[name]?.address ?? ''])),
  };
  return [document('cluster.json', record), document('docker.json', state)];
}

/** By which the docker runtime knows the member's container, and whether it is as wanted. */
export function adoptionLabels(input: RenderInput, rendered: RenderedMember) {
  const definition = containerDefinition(rendered, { images: dockerImages(input), bind: input.spec.proxy.bind });
  return { [composeAdoption.definition]: JSON.stringify(definition) };
}

function document(name: string, content: object): RenderedFile {
  return { path: `${composeAdoption.folder}/${name}`, content: `${JSON.stringify(content, null, 2)}\n`, mode: 0o600 };
}
