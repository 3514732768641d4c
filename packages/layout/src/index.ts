export {
  containerDefinition,
  containerName,
  imageKind,
  type ContainerDefinition,
  type ImageKind,
} from './container-definition.js';
export {
  composeAdoption,
  containerLog,
  dockerSite,
  networkOf,
  type DockerState,
  type ImageContents,
} from './docker-site.js';
export { imageName, renderedImages } from './image-names.js';
export { keptOfSpec, type KeptOfSpec } from './kept-of-spec.js';
export type {
  CertificateAndKey,
  Certificates,
  MemberSite,
  Programs,
  ProgramVersions,
  RenderedFile,
  Secrets,
  Site,
} from './site.js';
