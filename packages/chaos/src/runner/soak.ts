import { withoutFaults, type ClusterHandle } from '@citus-ha/cluster';
import { codeOf } from '@citus-ha/core';
import type { Fault } from '../faults/fault.js';
import { faults, missingFor, type Capabilities } from '../faults/index.js';
import { nothing } from '../faults/nothing.js';
import { requireTarget } from '../faults/targets.js';
import { pick, type Random } from '../workloads/random.js';
import { makeTrials, type SeriesOptions } from './run-series.js';
import type { Series } from './series.js';
import type { Strike } from './suites.js';

/** Every fault on every target that this cluster can have and that is not made to lose writes. */
export function possibleStrikes(cluster: Pick<ClusterHandle, 'spec'>, capabilities: Capabilities): readonly Strike[] {
  return faults
    .filter((fault) => fault !== nothing && !fault.losesWrites && missingFor(fault, capabilities).length === 0)
    .flatMap((fault) =>
      fault.targets
        .filter((target) => isThere(cluster, fault, target))
        .map((target) => ({ fault: fault.name, target })),
    );
}

/** Makes trials with faults picked by chance until the time is up; the trial under way is finished. */
export async function soak(
  cluster: ClusterHandle,
  series: Series,
  { minutes, random, ...options }: SeriesOptions & { readonly minutes: number; readonly random: Random },
): Promise<Series> {
  const possible = possibleStrikes(cluster, options.capabilities);
  return withoutFaults(cluster, async () => {
    const until = performance.now() + minutes * 60_000;
    let made = series;
    do {
      const strike = pick(random, possible);
      made = await makeTrials(cluster, { ...made, planned: [...made.planned, numbered(made, strike)] }, options);
    } while (performance.now() < until);
    return made;
  });
}

function numbered({ planned }: Series, strike: Strike) {
  const earlier = planned.filter(({ fault, target }) => fault === strike.fault && target === strike.target);
  return { ...strike, trial: earlier.length + 1 };
}

function isThere(cluster: Pick<ClusterHandle, 'spec'>, fault: Fault, target: string): boolean {
  try {
    requireTarget(cluster, fault, target);
    return true;
  } catch (error) {
    if (codeOf(error) === 'TARGET_ABSENT') return false;
    throw error;
  }
}
