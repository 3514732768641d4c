import { resolve } from 'node:path';
import {
  capabilitiesOf,
  faultNamed,
  healAll,
  planTrials,
  randomBy,
  readPlace,
  readSeries,
  requirePlace,
  requireStrikes,
  runSeries,
  seriesFolder,
  soak,
  suiteNamed,
  uninterrupted,
  writeReport,
  type Capabilities,
  type PlannedTrial,
  type Series,
} from '@citus-ha/chaos';
import type { OpenCluster } from '@citus-ha/cluster';
import { CodedError } from '@citus-ha/core';
import { Option, type Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { beforeExit } from '../interrupt.js';
import { step } from '../output.js';
import { exitCodeOf, printSeries } from './chaos-output.js';

interface LoadOptions extends CommonOptions {
  readonly seed?: string;
  readonly rate: string;
  readonly timeout: string;
  readonly output?: string;
}

interface RunOptions extends LoadOptions {
  readonly fault?: string;
  readonly target?: string;
  readonly suite?: string;
  readonly trials: string;
  readonly resume?: string;
}

export function runCommand(): Command {
  return withLoad(command('run', 'inject faults under load, one trial after the other, and give the verdict'))
    .option('--fault <name>', 'the fault, see `chaos list`; several joined by + at once')
    .option('--target <name>', "whom it hits: leader, any-worker, a member's name, several joined by +")
    .addOption(
      new Option('--suite <name>', 'a set of faults: seed, coordinator, worker, network or full').conflicts('fault'),
    )
    .option('--trials <number>', 'how often each fault is injected', '1')
    .option('--resume <file>', 'go on with an interrupted series: its folder, or its series.json')
    .action(async (options: RunOptions) => {
      const cluster = await composeCluster(options);
      const capabilities = await capabilitiesOf(cluster.runtime);
      const begun = options.resume
        ? await resumed(cluster, options.resume)
        : await newSeries(cluster, options, ...planned(cluster, capabilities, options));
      await measure(cluster, begun, options, (onResult) =>
        runSeries(cluster, begun.series, { folder: begun.folder, capabilities, onResult }),
      );
    });
}

export function soakCommand(): Command {
  return withLoad(command('soak', 'inject faults by chance until the time is up'))
    .requiredOption('--minutes <number>', 'how long')
    .action(async (options: LoadOptions & { minutes: string }) => {
      const cluster = await composeCluster(options);
      const minutes = positive('--minutes', options.minutes);
      const capabilities = await capabilitiesOf(cluster.runtime);
      const begun = await newSeries(cluster, options, `soak for ${options.minutes} min`, []);
      const random = randomBy(begun.series.seed);
      await measure(cluster, begun, options, (onResult) =>
        soak(cluster, begun.series, { folder: begun.folder, capabilities, onResult, minutes, random }),
      );
    });
}

function withLoad(target: Command): Command {
  return target
    .option('--seed <number>', 'decides what is left to chance (default: by the clock)')
    .option('--rate <number>', 'requests a second, of all clients together', '140')
    .option('--timeout <ms>', 'after which a request is given up', '2000')
    .option('-o, --output <folder>', 'for histories and report (default: citus-ha-chaos-CLUSTER-TIME)');
}

function planned(
  cluster: OpenCluster,
  capabilities: Capabilities,
  options: RunOptions,
): readonly [title: string, trials: readonly PlannedTrial[]] {
  const trials = positive('--trials', options.trials);
  if (options.suite !== undefined) {
    const { strikes, leftOut, missing } = suiteNamed(options.suite, capabilities);
    requireStrikes(cluster, capabilities, strikes);
    if (leftOut.length > 0) {
      step(`left out, as the ${cluster.runtime.kind} runtime lacks ${missing.join(', ')}: ${leftOut.join(', ')}`);
    }
    return [`suite ${options.suite}`, planTrials(strikes, trials)];
  }
  if (options.fault === undefined) {
    throw new CodedError('FAULT_MISSING', 'No fault is named', {
      blame: 'user',
      fix: 'Name one with --fault or a set of them with --suite; `citus-ha chaos list` shows them.',
    });
  }
  const fault = faultNamed(options.fault, capabilities);
  const strike = { fault: fault.name, target: options.target ?? fault.targets[0] ?? 'leader' };
  requireStrikes(cluster, capabilities, [strike]);
  return [`${strike.fault} ${strike.target}`, planTrials([strike], trials)];
}

interface BegunSeries {
  readonly series: Series;
  readonly folder: string;
}

async function resumed(cluster: OpenCluster, path: string): Promise<BegunSeries> {
  const series = await readSeries(path);
  requirePlace(series, await readPlace(cluster));
  return { series, folder: await seriesFolder(path) };
}

async function newSeries(
  cluster: OpenCluster,
  options: LoadOptions,
  title: string,
  trials: readonly PlannedTrial[],
): Promise<BegunSeries> {
  const startedAt = new Date().toISOString();
  const seed = options.seed === undefined ? Date.now() % 1_000_000 : positive('--seed', options.seed);
  const name = `citus-ha-chaos-${cluster.spec.name}-${startedAt.replaceAll(/[:.]/g, '-')}`;
  const series: Series = {
    version: 1,
    startedAt,
    title,
    planned: trials,
    seed,
    rate: positive('--rate', options.rate),
    timeoutMs: positive('--timeout', options.timeout),
    place: await readPlace(cluster),
    results: [],
  };
  return { series, folder: resolve(options.output ?? name) };
}

/** Makes trials, and reports what was measured though they are interrupted or fail: then without an exit code of its own. */
async function measure(
  cluster: OpenCluster,
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

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new CodedError('OPTION_INVALID', `${option} ${text}: this is no number above 0`, {
    blame: 'user',
    fix: `Give ${option} a number, such as 10.`,
  });
}
