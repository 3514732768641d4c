export type { ClusterSpec, PasswordSource, Timings } from './cluster-spec.js';
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
export { defaultClusterSpec, parseClusterSpec } from './parse.js';
export { keptOfSpec, type KeptOfSpec } from './kept-of-spec.js';
export { nearest } from './nearest.js';
export { managedParameters } from './managed-parameters.js';
export { parseBoolean, parseInteger, type ParameterValue } from './parameter-value.js';
export { ConfigError, formatProblems, type ConfigProblem, type Scalar } from './problem.js';
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
export { clusterTemplate } from './template.js';
export { judgedParameters, unsafeParameters, type UnsafeParameter } from './unsafe-parameters.js';
export {
  coordinators,
  databaseMembers,
  etcdMembers,
  membersOf,
  proxies,
  workers,
  type MemberKind,
  type MemberSpec,
} from './topology.js';
