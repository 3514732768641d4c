export { adoptionFiles, adoptionLabels, composeAdoption, renderedFolder } from './adoption.js';
export {
  createRecord,
  parametersSet,
  parseRecord,
  recordName,
  type AppliedSpec,
  type ClusterRecord,
} from './cluster-record.js';
export { containerDefinition, containerName, type ContainerDefinition } from './container-definition.js';
export {
  containerLog,
  formerSharedMemory,
  dockerSite,
  engineSocket,
  networkOf,
  type DockerState,
  type ImageContents,
  type ImageNames,
} from './docker-site.js';
export { endpointAt, hostAndPort, ports, statsAt, urlOf, type Endpoint } from './endpoint.js';
export { identityOf, type Identity } from './identity.js';
export { hasSentinel, imageName, renderedImages } from './image-names.js';
export { localMemberSite, portsOf, type LocalFolder, type LocalSiteOptions } from './local-site.js';
export { needsOf, type ImageKind, type MemberNeeds } from './member-needs.js';
export { placedMembers } from './placed-members.js';
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
