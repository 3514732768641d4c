import { CodedError } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';
import type { Fault } from './fault.js';
import { killAhead } from './kill-ahead.js';
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
  ...networkFaults,
  switchOver,
  rollingRestart,
];

/** What a fault needs and this runtime has not; empty where it can be injected. */
export function missingFor(fault: Fault, runtime: Runtime): readonly string[] {
  return fault.needs.filter((capability) => !runtime.capabilities.has(capability));
}

/** @throws CodedError `FAULT_UNKNOWN` listing the faults; `FAULT_UNSUPPORTED` naming what the runtime lacks. */
export function faultNamed(name: string, runtime: Runtime): Fault {
  const fault = faults.find((one) => one.name === name);
  if (!fault) {
    throw new CodedError('FAULT_UNKNOWN', `There is no fault ${name}`, {
      blame: 'user',
      fix: `Name one of ${faults.map((one) => one.name).join(', ')}.`,
    });
  }
  const missing = missingFor(fault, runtime);
  if (missing.length === 0) return fault;
  throw new CodedError(
    'FAULT_UNSUPPORTED',
    `The ${runtime.kind} runtime cannot do ${name}: it lacks ${missing.join(', ')}`,
    {
      blame: 'user',
      fix: 'Name another fault of `citus-ha chaos list`, or use a runtime that can.',
    },
  );
}
