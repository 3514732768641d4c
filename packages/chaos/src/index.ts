export { checkHistory, type TrialResult } from './checkers/check-history.js';
export { outagesOf, type Outage } from './checkers/outage.js';
export { boundText } from '@citus-ha/cluster';
export { percentilesOf, type Percentiles } from './checkers/percentiles.js';
export { worstOf, type Check, type CheckName, type Verdict } from './checkers/verdict.js';
export { exportForElle } from './elle.js';
export type { Fault, FaultContext } from './faults/fault.js';
export { capabilitiesOf, faultNamed, faults, impossibleFaults, missingFor, type Capabilities } from './faults/index.js';
export { targetNames } from './faults/targets.js';
export { opsOf, type CrowdWorkload, type History, type Op, type Promised } from './history/op.js';
export { parseHistory } from './history/parse-history.js';
export { requestsOf, type Request } from './history/requests.js';
export type { ChaosEvent } from './runner/chaos-event.js';
export { injectByHand } from './runner/by-hand.js';
export { healAll, uninterrupted } from './runner/heal.js';
export { readPlace } from './runner/place.js';
export { requireStrikes, runSeries, type SeriesOptions } from './runner/run-series.js';
export { runTrial, type TrialOptions } from './runner/run-trial.js';
export {
  byStrike,
  planTrials,
  requirePlace,
  summarize,
  trialsLeft,
  type PlannedTrial,
  type Series,
  type SeriesPlace,
  type SeriesResult,
  type Summary,
} from './runner/series.js';
export { readSeries, seriesFile, seriesFolder } from './runner/series-file.js';
export { soak } from './runner/soak.js';
export { suiteNamed, suites, type Strike } from './runner/suites.js';
export { crowds, type Crowd } from './workloads/crowd.js';
export { randomBy, type Random } from './workloads/random.js';
