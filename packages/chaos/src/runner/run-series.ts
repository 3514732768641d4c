import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requirePoolers, withoutFaults, type ClusterHandle } from '@citus-ha/cluster';
import { faultNamed, type Capabilities } from '../faults/index.js';
import { requireTarget } from '../faults/targets.js';
import { intervalFor } from '../load/pace.js';
import { planClients } from '../workloads/plan-clients.js';
import type { ChaosEvent } from './chaos-event.js';
import { runTrial } from './run-trial.js';
import type { Strike } from './suites.js';
import { nameOfTrial, trialsLeft, type Series } from './series.js';
import { writeSeries } from './series-file.js';

export interface SeriesOptions {
  /** Where histories and results go. */
  readonly folder: string;
  /** As {@link capabilitiesOf} found them. */
  readonly capabilities: Capabilities;
  /** Told the series so far with each new result: what is known of it where it is interrupted. */
  readonly onResult: (made: Series) => void;
  readonly onEvent?: (event: ChaosEvent) => void;
}

/**
 * Makes the trials of a series that have not been made yet, one after the other, and keeps each result as soon as it is
 * there, so that an interrupted series can be gone on with. Waits for another series on the same cluster to end.
 *
 * @throws CodedError as {@link runTrial} does, and for faults, targets and rates that cannot be, before anything is done.
 */
export function runSeries(cluster: ClusterHandle, series: Series, options: SeriesOptions): Promise<Series> {
  return withoutFaults(cluster, () => makeTrials(cluster, series, options));
}

/** As {@link runSeries}, for who is alone on the cluster already. */
export async function makeTrials(
  cluster: ClusterHandle,
  series: Series,
  { folder, capabilities, onResult, onEvent }: SeriesOptions,
): Promise<Series> {
  requireStrikes(cluster, capabilities, series.planned);
  requireRate(cluster, series.rate);
  if (series.pooled) requirePoolers(cluster.spec);
  let made = series;
  await writeSeries(folder, made);
  for (const planned of trialsLeft(series)) {
    const file = `${nameOfTrial(planned)}.ndjson`;
    const { fault, target } = planned;
    onEvent?.({ type: 'trial', number: made.results.length + 1, of: series.planned.length, fault, target });
    await rm(join(folder, file), { force: true });
    const result = await runTrial(cluster, {
      ...planned,
      fault: faultNamed(fault, capabilities),
      seed: series.seed + made.results.length,
      rate: series.rate,
      timeoutMs: series.timeoutMs,
      crowd: series.crowd,
      pooled: series.pooled,
      file: join(folder, file),
      ...(onEvent && { onEvent }),
    });
    made = { ...made, results: [...made.results, { ...planned, file, result }] };
    await writeSeries(folder, made);
    onResult(made);
    onEvent?.({ type: 'result', result });
  }
  return made;
}

/** @throws CodedError for a fault that cannot be done here, or not to that target. */
export function requireStrikes(cluster: ClusterHandle, capabilities: Capabilities, strikes: readonly Strike[]): void {
  for (const { fault, target } of strikes) {
    requireTarget(cluster, faultNamed(fault, capabilities), target);
  }
}

/** A trial counts the shards that its tables have; these are those they are to have. */
function requireRate({ spec }: ClusterHandle, rate: number): void {
  const shards = Array.from({ length: spec.shards.count }, () => ({ group: '-', slots: [] }));
  intervalFor(planClients(shards).length, rate);
}
