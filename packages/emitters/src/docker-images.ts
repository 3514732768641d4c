import { renderedImages, type DockerState } from '@citus-ha/layout';
import type { RenderInput } from './rendering.js';

/** Names of the images that compose.yaml builds. */
export function dockerImages({ spec, site, imageSet = [] }: RenderInput): DockerState['images'] {
  return renderedImages(spec.docker.baseImage, site.versions.postgres, imageSet);
}
