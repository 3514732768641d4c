import { resolve } from 'node:path';
import {
  capabilitiesOf,
  faultNamed,
  planTrials,
  randomBy,
  readPlace,
  readSeries,
  requireStrikes,
  runSeries,
  seriesFolder,
  soak,
  suiteNamed,
  writeReport,
  type PlannedTrial,
  type Series,
} from '@citus-ha/chaos';
import type { OpenCluster } from '@citus-ha/cluster';
import { CodedError } from '@citus-ha/core';
import { Option, type Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
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
    .option('--fault <name>', 'the fault, see `chaos list`')
    .option('--target <name>', "whom it hits: leader, any-worker, a member's name, several joined by +")
    .addOption(
      new Option('--suite <name>', 'a set of faults: seed, coordinator, worker, network or full').conflicts('fault'),
    )
    .option('--trials <number>', 'how often each fault is injected', '1')
    .option('--resume <file>', 'go on with an interrupted series: its folder, or its series.json')
    .action(async (options: RunOptions) => {
      const cluster = await composeCluster(options);
      const { series, folder } = options.resume
        ? { series: await readSeries(options.resume), folder: await seriesFolder(options.resume) }
        : await newSeries(cluster, options, ...(await planned(cluster, options)));
      const made = await runSeries(cluster, series, { folder });
      await finish(made, folder, options);
    });
}

export function soakCommand(): Command {
  return withLoad(command('soak', 'inject faults by chance until the time is up'))
    .requiredOption('--minutes <number>', 'how long')
    .action(async (options: LoadOptions & { minutes: string }) => {
      const cluster = await composeCluster(options);
      const minutes = positive('--minutes', options.minutes);
      const { series, folder } = await newSeries(cluster, options, `soak for ${options.minutes} min`, []);
      const made = await soak(cluster, series, { folder, minutes, random: randomBy(series.seed) });
      await finish(made, folder, options);
    });
}

function withLoad(target: Command): Command {
  return target
    .option('--seed <number>', 'decides what is left to chance (default: by the clock)')
    .option('--rate <number>', 'requests a second, of all clients together', '140')
    .option('--timeout <ms>', 'after which a request is given up', '2000')
    .option('-o, --output <folder>', 'for histories and report (default: citus-ha-chaos-CLUSTER-TIME)');
}

async function planned(
  cluster: OpenCluster,
  options: RunOptions,
): Promise<readonly [title: string, trials: readonly PlannedTrial[]]> {
  const trials = positive('--trials', options.trials);
  const capabilities = await capabilitiesOf(cluster.runtime);
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

async function newSeries(
  cluster: OpenCluster,
  options: LoadOptions,
  title: string,
  trials: readonly PlannedTrial[],
): Promise<{ readonly series: Series; readonly folder: string }> {
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

async function finish(series: Series, folder: string, options: CommonOptions): Promise<void> {
  const [page] = await writeReport(series, folder);
  printSeries(series, folder, options);
  step(`report: ${page}`);
  process.exitCode = exitCodeOf(series);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new CodedError('OPTION_INVALID', `${option} ${text}: this is no number above 0`, {
    blame: 'user',
    fix: `Give ${option} a number, such as 10.`,
  });
}
