import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  capabilitiesOf,
  crowds,
  faultNamed,
  healAll,
  planTrials,
  randomBy,
  readPlace,
  readSeries,
  requirePlace,
  requireStrikes,
  runSeries,
  seriesFile,
  seriesFolder,
  soak,
  suiteNamed,
  uninterrupted,
  type Capabilities,
  type ChaosEvent,
  type Crowd,
  type CrowdWorkload,
  type PlannedTrial,
  type Series,
} from '@citus-ha/chaos';
import { writeReport } from '@citus-ha/chaos-report';
import type { ClusterHandle } from '@citus-ha/cluster';
import { CodedError } from '@citus-ha/core';
import { Option, type Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { beforeExit } from '../interrupt.js';
import { numberAboveZero, wholeNumber } from '../options.js';
import { step } from '../output.js';
import { progressLine } from '../progress-line.js';
import { exitCodeOf, printSeries } from './chaos-output.js';

interface LoadOptions extends CommonOptions {
  readonly seed?: number;
  readonly rate: number;
  readonly timeout: number;
  readonly pooled?: boolean;
  readonly output?: string;
}

interface RunOptions extends LoadOptions {
  readonly fault?: string;
  readonly target?: string;
  readonly suite?: string;
  readonly workload?: CrowdWorkload;
  readonly clients?: number;
  readonly trials: number;
  readonly resume?: string;
}

export function runCommand(): Command {
  return withLoad(command('run', 'inject faults under load, one trial after the other, and give the verdict'))
    .option('--fault <name>', 'the fault, see `chaos list`; several joined by + at once')
    .option('--target <name>', "whom it hits: leader, any-worker, a member's name, several joined by +")
    .addOption(
      new Option('--suite <name>', 'a set of faults: seed, coordinator, worker, network or full').conflicts([
        'fault',
        'target',
      ]),
    )
    .addOption(
      new Option(
        '--workload <name>',
        `who else is there: ${Object.entries(crowds)
          .map(([name, { clients, description }]) => `${name}: ${clients} ${description}`)
          .join('; ')}`,
      ).choices(Object.keys(crowds)),
    )
    .option('--clients <number>', 'how many of --workload there are', wholeNumber('--clients'))
    .option('--trials <number>', 'how often each fault is injected', wholeNumber('--trials'), 1)
    .addOption(
      new Option('--resume <file>', 'go on with an interrupted series: its folder, or its series.json').conflicts([
        'fault',
        'target',
        'suite',
        'workload',
        'clients',
        'trials',
        'seed',
        'rate',
        'timeout',
        'pooled',
        'output',
      ]),
    )
    .action(async (options: RunOptions) => {
      const cluster = await composeCluster(options);
      const capabilities = await capabilitiesOf(cluster.runtime);
      const begun = options.resume
        ? await resumed(cluster, options.resume)
        : await newSeries(cluster, options, ...planned(cluster, capabilities, options), crowdOf(options));
      await measure(cluster, begun, options, (onResult) =>
        runSeries(cluster, begun.series, { folder: begun.folder, capabilities, onResult, onEvent }),
      );
    });
}

export function soakCommand(): Command {
  return withLoad(command('soak', 'inject faults by chance until the time is up'))
    .requiredOption('--minutes <number>', 'how long', numberAboveZero('--minutes'))
    .action(async (options: LoadOptions & { minutes: number }) => {
      const cluster = await composeCluster(options);
      const { minutes } = options;
      const capabilities = await capabilitiesOf(cluster.runtime);
      const begun = await newSeries(cluster, options, `soak for ${minutes} min`, []);
      const random = randomBy(begun.series.seed);
      await measure(cluster, begun, options, (onResult) =>
        soak(cluster, begun.series, { folder: begun.folder, capabilities, onResult, onEvent, minutes, random }),
      );
    });
}

function onEvent(event: ChaosEvent): void {
  step(progressLine(event));
}

function withLoad(target: Command): Command {
  return target
    .option('--seed <number>', 'decides what is left to chance (default: by the clock)', wholeNumber('--seed'))
    .option('--rate <number>', 'requests a second, of all clients together', numberAboveZero('--rate'), 140)
    .option('--timeout <ms>', 'after which a request is given up', wholeNumber('--timeout'), 2000)
    .option('--pooled', 'writers go through the poolers')
    .option('-o, --output <folder>', 'for histories and report (default: citus-ha-chaos-CLUSTER-TIME)');
}

function planned(
  cluster: ClusterHandle,
  capabilities: Capabilities,
  options: RunOptions,
): readonly [title: string, trials: readonly PlannedTrial[]] {
  const { trials } = options;
  if (options.suite !== undefined) {
    const { strikes, leftOut, missing } = suiteNamed(options.suite, capabilities);
    requireStrikes(cluster, capabilities, strikes);
    if (leftOut.length > 0) {
      step(`left out, as the ${cluster.runtime.kind} runtime lacks ${missing.join(', ')}: ${leftOut.join(', ')}`);
    }
    return [`suite ${options.suite}`, planTrials(strikes, trials)];
  }
  if (options.fault === undefined && options.workload === undefined) {
    throw new CodedError('FAULT_MISSING', 'No fault is named', {
      blame: 'user',
      fix: 'Name one with --fault or a set of them with --suite; `citus-ha chaos list` shows them.',
    });
  }
  const fault = faultNamed(options.fault ?? 'none', capabilities);
  const strike = { fault: fault.name, target: options.target ?? fault.targets[0] ?? 'leader' };
  requireStrikes(cluster, capabilities, [strike]);
  return [`${strike.fault} ${strike.target}`, planTrials([strike], trials)];
}

/** @throws CodedError `OPTION_INVALID` for clients of no workload. */
function crowdOf({ workload, clients }: RunOptions): Crowd | undefined {
  if (workload !== undefined) return { workload, clients: clients ?? crowds[workload].clients };
  if (clients === undefined) return undefined;
  throw new CodedError('OPTION_INVALID', '--clients counts the clients of a --workload, and none is named', {
    blame: 'user',
    fix: `Name one of ${Object.keys(crowds).join(', ')}, or leave --clients out.`,
  });
}

interface BegunSeries {
  readonly series: Series;
  readonly folder: string;
}

async function resumed(cluster: ClusterHandle, path: string): Promise<BegunSeries> {
  const series = await readSeries(path);
  requirePlace(series, await readPlace(cluster));
  return { series, folder: seriesFolder(path) };
}

async function newSeries(
  cluster: ClusterHandle,
  options: LoadOptions,
  title: string,
  trials: readonly PlannedTrial[],
  crowd?: Crowd,
): Promise<BegunSeries> {
  const startedAt = new Date().toISOString();
  const name = `citus-ha-chaos-${cluster.spec.name}-${startedAt.replaceAll(/[:.]/g, '-')}`;
  const folder = resolve(options.output ?? name);
  refuseTaken(folder);
  const series: Series = {
    version: 1,
    startedAt,
    title,
    planned: trials,
    seed: options.seed ?? Date.now() % 1_000_000,
    rate: options.rate,
    timeoutMs: options.timeout,
    ...(crowd && { crowd }),
    ...(options.pooled && { pooled: true }),
    place: await readPlace(cluster),
    results: [],
  };
  return { series, folder };
}

/** @throws CodedError `OUTPUT_TAKEN` for a folder that holds a series. */
export function refuseTaken(folder: string): void {
  if (!existsSync(join(folder, seriesFile))) return;
  throw new CodedError('OUTPUT_TAKEN', `${folder} holds a series already`, {
    blame: 'user',
    fix: `Name another folder, or go on with the series by --resume ${folder}.`,
  });
}

/** Makes trials, and reports what was measured though they are interrupted or fail: then without an exit code of its own. */
async function measure(
  cluster: ClusterHandle,
  { series, folder }: BegunSeries,
  options: CommonOptions,
  make: (onResult: (made: Series) => void) => Promise<Series>,
): Promise<void> {
  beforeExit(async () => {
    step('interrupted again: heal, then end at once');
    await healAll(uninterrupted(cluster));
  });
  let made = series;
  let isWhole = false;
  try {
    made = await make((now) => (made = now));
    isWhole = true;
    process.exitCode = exitCodeOf(made);
  } finally {
    if (made.results.length > 0) {
      const [page] = await writeReport(made, folder);
      // With --json what failed has a document of its own.
      if (isWhole || !options.json) printSeries(made, folder, options);
      step(`report: ${page}`);
    }
  }
}
