import { CodedError } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import type { Fault } from './fault.js';
import { killAhead } from './kill-ahead.js';
import { cpuHog, fullDisk } from './machine-faults.js';
import { networkFaults } from './network-faults.js';
import { nothing } from './nothing.js';
import { rollingRestart, switchOver } from './planned-faults.js';
import { postmasterPause } from './postmaster-pause.js';
import { kill, patroniKill, pause, postmasterKill, stop } from './process-faults.js';
import { together } from './together.js';

/** Every fault there is. */
export const faults: readonly Fault[] = [
  kill,
  stop,
  pause,
  patroniKill,
  postmasterKill,
  postmasterPause,
  killAhead,
  fullDisk,
  cpuHog,
  ...networkFaults,
  switchOver,
  rollingRestart,
  nothing,
];

/** What no machine can do to one member alone, and why. */
export const impossibleFaults = [
  {
    name: 'clock-jump',
    description: "the member's clock jumps",
    missing: ['a clock for each member: Linux has one wall clock for all processes of a machine'],
  },
] as const;

/** All that can be done to the members of a runtime, their networks included. */
export type Capabilities = ReadonlySet<Fault['needs'][number]>;

export async function capabilitiesOf(runtime: Runtime): Promise<Capabilities> {
  return new Set([...runtime.capabilities, ...(await runtime.networkCapabilities())]);
}

/** What a fault needs and is not to be had; empty where it can be injected. */
export function missingFor(fault: Fault, capabilities: Capabilities): readonly string[] {
  return fault.needs.filter((capability) => !capabilities.has(capability));
}

/**
 * A fault, or several joined by `+`, done together.
 *
 * @throws CodedError `FAULT_UNKNOWN` listing the faults; `FAULT_UNSUPPORTED` naming what is missing.
 */
export function faultNamed(name: string, capabilities: Capabilities): Fault {
  const parts = name.split('+').map((part) => oneNamed(part, capabilities));
  if (parts.filter((part) => networkFaults.includes(part)).length > 1) {
    throw new CodedError('FAULT_UNSUPPORTED', `${name} cannot be done: a network has one fault at a time`, {
      blame: 'user',
      fix: 'Name one fault of the network, and others beside it.',
    });
  }
  return parts.reduce(together);
}

function oneNamed(name: string, capabilities: Capabilities): Fault {
  const fault = faults.find((one) => one.name === name);
  const missing = fault ? missingFor(fault, capabilities) : impossibleFaults.find((one) => one.name === name)?.missing;
  if (!missing) {
    throw new CodedError('FAULT_UNKNOWN', `There is no fault ${name}`, {
      blame: 'user',
      fix: `Name one of ${faults.map((one) => one.name).join(', ')}.`,
    });
  }
  if (fault && missing.length === 0) return fault;
  throw new CodedError('FAULT_UNSUPPORTED', `${name} cannot be done here: the runtime lacks ${missing.join(', ')}`, {
    blame: 'user',
    fix: 'Name another fault of `citus-ha chaos list`, or use a runtime that can.',
  });
}
