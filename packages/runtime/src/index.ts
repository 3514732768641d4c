export type {
  Capability,
  ClusterStore,
  ExecOptions,
  ExecResult,
  Incarnation,
  LogOptions,
  Member,
  MemberDefinition,
  PrepareRequest,
  Runtime,
  RuntimeEvent,
} from './runtime.js';
