import { readStatus, withPatience, type ClusterHandle } from '@citus-ha/cluster';
import { coordinators } from '@citus-ha/config';
import { CodedError, codeOf, messageOf, waitFor } from '@citus-ha/core';
import { checkHistory, type TrialResult } from '../checkers/check-history.js';
import type { Fault } from '../faults/fault.js';
import { aim } from '../faults/targets.js';
import { createRecorder, type Recorder } from '../history/recorder.js';
import { intervalFor } from '../load/pace.js';
import { startCrowd } from '../load/start-crowd.js';
import { startLoad, type Load, type Running } from '../load/start-load.js';
import { watchLeaders } from '../load/watch-leaders.js';
import { planCrowd, type Crowd } from '../workloads/crowd.js';
import { planClients } from '../workloads/plan-clients.js';
import { createTables, dropTables, hasTables, type LoadTables } from '../workloads/tables.js';
import type { ChaosEvent } from './chaos-event.js';
import { memberAt, readFinally } from './final-reads.js';
import { healAll, healFault, uninterrupted } from './heal.js';
import { promiseOfStrike } from './promise-of-strike.js';
import { strike } from './strike.js';
import { watchHealth, type HealthWatch } from './watch-health.js';

export interface TrialOptions {
  readonly fault: Fault;
  readonly target: string;
  readonly trial: number;
  readonly seed: number;
  /** Requests a second, of all clients together. */
  readonly rate: number;
  readonly timeoutMs: number;
  /** Who else is there; only those with a rate unless told. */
  readonly crowd?: Crowd | undefined;
  /** Whether writers go through the poolers. */
  readonly pooled?: boolean | undefined;
  /** Where the history goes; must not exist. */
  readonly file: string;
  readonly onEvent?: (event: ChaosEvent) => void;
}

type Tell = (event: ChaosEvent) => void;

const settleMs = 3_000;
const healthTimeoutMs = 120_000;
const beatIntervalMs = 250;

/**
 * One fault under load, from a healthy cluster to a healthy cluster, with its history in a file. Whatever happens, also
 * when it is interrupted, it heals, waits until the cluster is healthy, and removes its tables.
 *
 * @throws CodedError `CLUSTER_UNHEALTHY` where the cluster was not healthy to begin with; the signal's reason.
 */
export async function runTrial(cluster: ClusterHandle, options: TrialOptions): Promise<TrialResult> {
  const { fault, seed, file, timeoutMs, crowd, onEvent: tell = () => undefined } = options;
  await requireHealthy(cluster, tell);
  const endpoint = cluster.endpoint('write');
  const recorder = createRecorder(file);
  const watching = new AbortController();
  let load: Load | undefined;
  let others: Running | undefined;
  let health: HealthWatch | undefined;
  let leaders: Promise<void> | undefined;
  let isRestored = false;
  try {
    const tables = await createTables(endpoint, {
      nameOfHost: (host) => memberAt(cluster, host),
      scanned: crowd?.workload === 'scans',
    });
    await untilSeen(cluster);
    const { clients, intervalMs } = recordHeader(recorder, cluster, tables, options);
    const signal = watching.signal;
    leaders = watchLeaders({ cluster, recorder, intervalMs: beatIntervalMs, timeoutMs, signal });
    health = watchHealth(cluster, recorder);
    let lastId = 0;
    const work = { cluster, recorder, clients, shards: tables.shards, seed, nextId: () => ++lastId };
    load = startLoad({ ...work, intervalMs, timeoutMs });
    await untilServed(cluster, load);
    if (crowd) {
      others = startCrowd(work);
      await untilServed(cluster, load);
    }
    const members = await aim(cluster, options);
    const promise = await promiseOfStrike(cluster, fault, members);
    recorder.record({ process: 'runner', type: 'ok', f: 'promise', value: promise });
    tell({ type: 'injecting', fault: fault.name, members: members.map(({ name }) => name) });
    await strike({ cluster, fault, members, load, recorder });
    tell({ type: 'healing', interrupted: false });
    const isUndone = await healFault(fault, { cluster, members }, recorder);
    await untilHealthy(cluster, health);
    await untilServed(cluster, load);
    // What has just come back may still change: a standby is chosen to be synchronous a moment later.
    await untilHealthy(cluster, health);
    await others?.stop();
    await load.stop();
    await readFinally(cluster, recorder);
    cluster.signal?.throwIfAborted();
    isRestored = isUndone && health.latest()?.healthy === true;
    return checkHistory(recorder.history);
  } finally {
    if (cluster.signal?.aborted) tell({ type: 'healing', interrupted: true });
    watching.abort();
    // Before anything else: those who watch may wait for what the fault holds up.
    if (!isRestored) await attempt(tell, () => healAll(uninterrupted(cluster)));
    try {
      await Promise.all([others?.stop(), load?.stop(), health?.stop(), leaders]);
      await recorder.close();
    } finally {
      // What was cut off only for a moment is missed a moment later.
      if (!isRestored) await attempt(tell, () => requireHealthy(uninterrupted(cluster), tell, settleMs));
      await tidyUp(uninterrupted(cluster), tell);
    }
  }
}

function recordHeader(
  recorder: Recorder,
  { spec, runtime, record }: ClusterHandle,
  { shards, bankTotal }: LoadTables,
  { fault, target, trial, seed, rate, timeoutMs, crowd, pooled }: TrialOptions,
) {
  const paced = planClients(shards, pooled ? 'pooled' : 'write');
  const clients = [...paced, ...(crowd ? planCrowd(crowd) : [])];
  const intervalMs = intervalFor(paced.length, rate);
  recorder.record({
    process: 'runner',
    type: 'ok',
    f: 'header',
    value: {
      version: 1,
      cluster: spec.name,
      runtime: runtime.kind,
      engine: record.engine,
      startedAt: new Date().toISOString(),
      fault: fault.name,
      target,
      trial,
      seed,
      clients,
      bankTotal,
      intervalMs,
      timeoutMs,
    },
  });
  return { clients, intervalMs };
}

async function requireHealthy(cluster: ClusterHandle, tell: Tell, lastingMs = 0): Promise<void> {
  let problems = 'nothing';
  let since: number | undefined;
  await waitFor({
    what: 'the cluster to be healthy',
    probe: async () => {
      const status = await readStatus(withPatience(cluster));
      const found = status.problems.map(({ message }) => message).join('; ');
      if (found !== '' && found !== problems) tell({ type: 'waiting-for-health', problems: status.problems });
      problems = found;
      since = status.healthy ? (since ?? performance.now()) : undefined;
      return since !== undefined && performance.now() - since >= lastingMs;
    },
    timeoutMs: healthTimeoutMs,
    intervalMs: 500,
    signal: cluster.signal,
  }).catch((cause: unknown) => {
    cluster.signal?.throwIfAborted();
    throw new CodedError('CLUSTER_UNHEALTHY', `A fault proves nothing in a cluster that is not healthy: ${problems}`, {
      cause,
      fix: 'Bring it up: `citus-ha up`, or undo earlier faults: `citus-ha chaos heal`.',
    });
  });
}

/** What readers find from then on is what this trial wrote. */
async function untilSeen(cluster: ClusterHandle): Promise<void> {
  await waitFor({
    what: 'every coordinator to have the tables of the load',
    probe: async () => {
      const has = coordinators(cluster.spec).map(({ name }) => hasTables(cluster.endpoint('write'), cluster.sql(name)));
      return (await Promise.all(has)).every(Boolean);
    },
    timeoutMs: healthTimeoutMs,
    signal: cluster.signal,
  });
}

/** A while of load in which every client is served. */
async function untilServed(cluster: ClusterHandle, load: Load): Promise<void> {
  const began = performance.now();
  const leastMs = Math.max(settleMs, load.patienceMs);
  await untilTimeout({
    what: 'every client to be served',
    probe: () => performance.now() - began >= leastMs && load.longestSilenceMs() < load.patienceMs,
    timeoutMs: leastMs + 30_000,
    signal: cluster.signal,
  });
}

async function untilHealthy(cluster: ClusterHandle, health: HealthWatch): Promise<void> {
  const began = performance.now();
  await untilTimeout({
    what: 'the cluster to be healthy',
    probe: () => {
      const seen = health.latest();
      return seen !== undefined && seen.healthy && seen.seenAt > began;
    },
    timeoutMs: healthTimeoutMs,
    signal: cluster.signal,
  });
}

/** What does not come about in time is for the checkers to judge. */
async function untilTimeout(wait: Parameters<typeof waitFor<true>>[0]): Promise<void> {
  await waitFor(wait).catch((error: unknown) => {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  });
}

async function tidyUp(cluster: ClusterHandle, tell: Tell): Promise<void> {
  const endpoint = cluster.endpoint('write');
  await attempt(tell, () =>
    waitFor({
      what: 'the tables of the load to be dropped',
      probe: () => dropTables(endpoint).then(() => true),
      timeoutMs: 30_000,
      intervalMs: 1_000,
    }),
  );
}

/** What cannot be restored is told, and left to the next trial, which refuses to begin. */
async function attempt(tell: Tell, step: () => Promise<unknown>): Promise<void> {
  await step().catch((error: unknown) => tell({ type: 'not-restored', reason: messageOf(error) }));
}
