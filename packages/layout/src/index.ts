export { containerDefinition, containerName, type ContainerDefinition } from './container-definition.js';
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
export { localMemberSite, portsOf, type LocalFolder, type LocalSiteOptions } from './local-site.js';
export { needsOf, type ImageKind, type MemberNeeds } from './member-needs.js';
export type { ProvisionEvent } from './provision-event.js';
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
