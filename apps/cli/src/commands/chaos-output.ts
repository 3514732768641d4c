import { byStrike, summarize, type Series, type TrialResult, type Verdict } from '@citus-ha/chaos';
import { figureRows } from '@citus-ha/chaos-report';
import pc from 'picocolors';
import type { CommonOptions } from '../command.js';
import { exitCode } from '../exit-code.js';
import { print, printJson, printTable } from '../output.js';

/** The figures of a series and every promise that did not hold; with `--json` the trials themselves. */
export function printSeries(series: Series, folder: string, options: CommonOptions): void {
  if (options.json) {
    const runs = byStrike(series.results).map(({ fault, target, results }) => {
      const trials = results.map(({ result }) => result);
      return { fault, target, trials, ...summarize(trials) };
    });
    const whole = { valid: summarize(series.results.map(({ result }) => result)).valid, folder };
    const [only] = runs;
    return printJson(
      only && runs.length === 1 ? { version: 1, ...only, folder } : { version: 1, title: series.title, runs, ...whole },
    );
  }
  printTable(
    [
      'fault',
      'trials',
      'writes out p50',
      'p99',
      'worst',
      'promised',
      'reads out p50',
      'p99',
      'worst',
      'promised',
      'acked',
      'lost',
      'all back',
      'valid',
    ],
    figureRows(series.results).map((row) => [
      `${row.fault} ${row.target}`,
      row.trials,
      ...row.writeOutage,
      row.promised.write,
      ...row.readOutage,
      row.promised.read,
      row.acked,
      row.lost,
      row.redundancy,
      coloured(row.valid),
    ]),
  );
  for (const { fault, target, trial, result } of series.results) {
    for (const line of [...crowdFigures(result), ...brokenPromises(result)])
      print(`${fault} ${target} ${trial}: ${line}`);
  }
}

/** What those showed that were there beside the load that every trial has. */
function crowdFigures({ checks }: TrialResult): readonly string[] {
  return checks.flatMap(({ name, valid, detail }) =>
    (name === 'storm' || name === 'scans') && valid === true ? [`${name}: ${detail}`] : [],
  );
}

/** A line for every promise that did not hold, or could not be decided. */
export function brokenPromises({ checks }: TrialResult): readonly string[] {
  return checks
    .filter(({ valid }) => valid !== true)
    .map(({ name, valid, detail }) => `${coloured(valid)} ${name}: ${detail}`);
}

export function coloured(valid: Verdict): string {
  if (valid === 'unknown') return pc.yellow('unknown');
  return valid ? pc.green('true') : pc.red('false');
}

/** 0 where every promise held, 1 where one is broken, 3 where one is undecided. */
export function exitCodeOf(series: Series): number {
  return exitCodeFor(summarize(series.results.map(({ result }) => result)).valid);
}

export function exitCodeFor(valid: Verdict): number {
  if (valid === 'unknown') return exitCode.degraded;
  return valid ? exitCode.done : exitCode.failed;
}
