export { exclusive, type BareRuntime } from './exclusive.js';
export { isNoProcess } from './is-no-process.js';
export { killByPidFile, processMissing } from './kill-by-pid-file.js';
export { MemoryMachine, type MemoryProcess } from './memory-machine.js';
export { createMemoryRuntime, type MemoryRuntimeOptions } from './memory-runtime.js';
export { networkCommands, networkProbe, parseNetworkProbe, type NetworkCommands } from './network-commands.js';
export { type NetworkCapability, type NetworkFault } from './network-faults.js';
export { memberEvents, type MemberEventsOptions, type MemberLife } from './member-events.js';
export type {
  Capability,
  ClusterStore,
  Comparison,
  Created,
  ExecOptions,
  ExecResult,
  Incarnation,
  LogOptions,
  Member,
  MemberDefinition,
  Observation,
  OneProcess,
  PrepareRequest,
  Preview,
  Runtime,
  RuntimeEvent,
} from './runtime.js';
export type { PrepareEvent } from './prepare-event.js';
export { refuseForeignBind } from './refuse-foreign-bind.js';
export { unknownMember } from './unknown-member.js';
export { refuseUnseen, unseenMember } from './unseen-member.js';
