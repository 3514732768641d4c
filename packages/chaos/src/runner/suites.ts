import { CodedError } from '@citus-ha/core';
import { faults, missingFor, type Capabilities } from '../faults/index.js';

/** One fault to inject, and into what. */
export interface Strike {
  readonly fault: string;
  readonly target: string;
}

const strikes = (fault: string, ...targets: readonly string[]): readonly Strike[] =>
  targets.map((target) => ({ fault, target }));

const coordinator = [
  ...strikes('kill', 'leader', 'standby'),
  ...strikes('stop', 'leader'),
  ...strikes('pause', 'leader', 'standby'),
  ...strikes('patroni-kill', 'leader'),
  ...strikes('postmaster-kill', 'leader'),
  ...strikes('postmaster-pause', 'leader'),
  ...strikes('full-disk', 'leader', 'standby'),
  ...strikes('cpu-hog', 'leader'),
  ...strikes('switchover', 'leader'),
  ...strikes('rolling-restart', 'all-coordinators'),
];

const worker = [
  ...strikes('kill', 'first-worker', 'any-worker'),
  ...strikes('pause', 'any-worker'),
  ...strikes('postmaster-kill', 'first-worker'),
  ...strikes('full-disk', 'any-worker'),
  ...strikes('rolling-restart', 'all-workers'),
];

const network = [
  ...strikes('pause', 'etcd-majority'),
  ...strikes('kill', 'etcd-majority', 'proxy'),
  ...strikes('partition-all', 'leader', 'standby', 'any-worker', 'etcd-majority'),
  ...strikes('partition-in', 'leader'),
  ...strikes('partition-out', 'leader'),
  ...strikes('partition-dcs', 'leader'),
  ...strikes('partition-peers', 'standby', 'first-worker'),
  ...strikes('loss', 'leader', 'first-worker'),
  ...strikes('slow', 'standby'),
  ...strikes('delay', 'leader', 'first-worker'),
];

export const suites: Readonly<Record<string, readonly Strike[]>> = {
  // The three tests of the design: the leader stops, a worker stops, both stop and return.
  seed: strikes('stop', 'leader', 'first-worker', 'leader+first-worker'),
  coordinator,
  worker,
  network,
  full: [...coordinator, ...worker, ...network],
};

/** A suite as it can be made here. */
export interface Suite {
  readonly strikes: readonly Strike[];
  /** Faults of the suite that are not offered here, and what the runtime lacks for them. */
  readonly leftOut: readonly string[];
  readonly missing: readonly string[];
}

/** @throws CodedError `SUITE_UNKNOWN` listing the suites. */
export function suiteNamed(name: string, capabilities: Capabilities): Suite {
  const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (!suite) {
    throw new CodedError('SUITE_UNKNOWN', `There is no suite ${name}`, {
      blame: 'user',
      fix: `Name one of ${Object.keys(suites).join(', ')}.`,
    });
  }
  const impossible = faults.filter((fault) => missingFor(fault, capabilities).length > 0);
  const isLeftOut = (strike: Strike) => impossible.some((fault) => fault.name === strike.fault);
  const leftOut = impossible.filter((fault) => suite.some((strike) => strike.fault === fault.name));
  return {
    strikes: suite.filter((strike) => !isLeftOut(strike)),
    leftOut: leftOut.map((fault) => fault.name),
    missing: [...new Set(leftOut.flatMap((fault) => missingFor(fault, capabilities)))],
  };
}
