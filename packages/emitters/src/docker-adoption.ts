import { adoptionFiles, createRecord, renderedImages, type ImageNames, type RenderedFile } from '@citus-ha/layout';
import type { RenderInput } from './rendering.js';

/** Names of the images that compose.yaml builds. */
export function dockerImages({ spec, site, imageSet = [] }: RenderInput): ImageNames {
  return renderedImages(spec.docker.baseImage, site.versions.postgres, imageSet, { poolers: spec.pooler.count > 0 });
}

/** The documents by which `citus-ha` takes what Compose makes of the folder for its own, as coordinators have them. */
export function documentsFor(input: RenderInput): readonly RenderedFile[] {
  const { spec, site, engine, secrets, certificates } = input;
  const record = createRecord({ engine, secrets, certificates }, spec);
  return adoptionFiles({ spec, site, record, images: dockerImages(input) });
}
