export { MemoryMachine } from './memory-machine.js';
export { createMemoryRuntime, type MemoryProcess, type MemoryRuntimeOptions } from './memory-runtime.js';
export { memberEvents, type MemberEventsOptions } from './member-events.js';
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
export { unknownMember } from './unknown-member.js';
