export type { ClusterSpec, PasswordSource, Timings } from './cluster-spec.js';
export { defaultClusterSpec, parseClusterSpec } from './parse.js';
export { nearest } from './nearest.js';
export { managedParameters } from './managed-parameters.js';
export { parseBoolean, parseInteger, type ParameterValue } from './parameter-value.js';
export { ConfigError, formatProblems, type ConfigProblem, type Scalar } from './problem.js';
export { clusterTemplate } from './template.js';
export { judgedParameters, unsafeParameters, type UnsafeParameter } from './unsafe-parameters.js';
export { valuesByKey } from './values-by-key.js';
export {
  coordinators,
  databaseMembers,
  etcdMembers,
  groupsOf,
  membersOf,
  poolers,
  proxies,
  sentinels,
  workers,
  type Group,
  type MemberKind,
  type MemberSpec,
} from './topology.js';
