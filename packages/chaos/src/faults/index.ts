import { CodedError } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import type { Fault } from './fault.js';
import { killAhead } from './kill-ahead.js';
import { cpuHog, fullDisk } from './machine-faults.js';
import { networkFaults } from './network-faults.js';
import { rollingRestart, switchOver } from './planned-faults.js';
import { kill, patroniKill, pause, postmasterKill, stop } from './process-faults.js';

/** Every fault there is. */
export const faults: readonly Fault[] = [
  kill,
  stop,
  pause,
  patroniKill,
  postmasterKill,
  killAhead,
  fullDisk,
  cpuHog,
  ...networkFaults,
  switchOver,
  rollingRestart,
];

/** All that can be done to the members of a runtime, their networks included. */
export type Capabilities = ReadonlySet<Fault['needs'][number]>;

export async function capabilitiesOf(runtime: Runtime): Promise<Capabilities> {
  return new Set([...runtime.capabilities, ...(await runtime.networkCapabilities())]);
}

/** What a fault needs and is not to be had; empty where it can be injected. */
export function missingFor(fault: Fault, capabilities: Capabilities): readonly string[] {
  return fault.needs.filter((capability) => !capabilities.has(capability));
}

/** @throws CodedError `FAULT_UNKNOWN` listing the faults; `FAULT_UNSUPPORTED` naming what is missing. */
export function faultNamed(name: string, capabilities: Capabilities): Fault {
  const fault = faults.find((one) => one.name === name);
  if (!fault) {
    throw new CodedError('FAULT_UNKNOWN', `There is no fault ${name}`, {
      blame: 'user',
      fix: `Name one of ${faults.map((one) => one.name).join(', ')}.`,
    });
  }
  const missing = missingFor(fault, capabilities);
  if (missing.length === 0) return fault;
  throw new CodedError('FAULT_UNSUPPORTED', `${name} cannot be done here: the runtime lacks ${missing.join(', ')}`, {
    blame: 'user',
    fix: 'Name another fault of `citus-ha chaos list`, or use a runtime that can.',
  });
}
