export type { ClusterSpec, PasswordSource, Timings } from './cluster-spec.js';
export type { MemberSite, Programs, ProgramVersions, RenderedFile, Secrets, Site } from './site.js';
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
