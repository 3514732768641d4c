import { formatDuration } from '@citus-ha/core';
import { type TrialResult, type Verdict, summarize, type Series, type SeriesResult } from '@citus-ha/chaos';
import { figureRows, verdictWord } from './figures.js';
import { el, type Markup } from './markup.js';
import { outageChart } from './outage-chart.js';
import { style } from './style.js';
import { timelineChart } from './timeline-chart.js';
import type { Timeline } from './timeline.js';

/** A trial with what its history shows over time; without it where the history is gone. */
export interface ReportedTrial extends SeriesResult {
  readonly timeline: Timeline | undefined;
}

/** The report of a series as one page that needs nothing else. */
export function renderPage(series: Series, trials: readonly ReportedTrial[]): string {
  const page = el(
    'html',
    { lang: 'en' },
    el(
      'head',
      {},
      { markup: '<meta charset="utf-8"><meta name="viewport" content="width=device-width">' },
      el('title', {}, `citus-ha chaos: ${series.title}`),
      { markup: `<style>${style}</style>` },
    ),
    el(
      'body',
      {},
      heading(series, trials),
      cards(trials),
      section('Outages', summaryTable(trials), outageChart(trials), outageNote(series)),
      section('Promises', promiseTable(trials)),
      section('Trials', ...trials.map(trialPart)),
      section('Where it ran', settings(series)),
    ),
  );
  return `<!doctype html>\n${page.markup}\n`;
}

function section(title: string, ...content: Markup[]): Markup {
  return el('section', {}, el('h2', {}, title), content);
}

function heading({ title, startedAt, place, planned }: Series, trials: readonly ReportedTrial[]): Markup {
  const { valid } = summarize(trials.map(({ result }) => result));
  const begun = startedAt.slice(0, 16).replace('T', ' ');
  const count = trials.length === planned.length ? `${trials.length}` : `${trials.length} of ${planned.length}`;
  return el(
    'header',
    {},
    el('h1', {}, `${title} `, badge(valid)),
    el(
      'p',
      { class: 'faint' },
      `${count} ${planned.length === 1 ? 'trial' : 'trials'} on cluster ${place.spec.name}, ${begun} UTC. ${sentence(valid)}`,
    ),
  );
}

function sentence(valid: Verdict): string {
  if (valid === 'unknown') return 'Not everything could be decided.';
  return valid ? 'Every promise held in every trial.' : 'Not every promise held.';
}

function badge(valid: Verdict): Markup {
  const colour = valid === 'unknown' ? 'unsure' : valid ? 'good' : 'bad';
  return el('span', { class: `verdict ${colour}` }, verdictWord(valid));
}

function cards(trials: readonly ReportedTrial[]): Markup {
  const results = trials.map(({ result }) => result);
  const { writeOutageMs, readOutageMs } = summarize(results);
  const total = (of: (result: TrialResult) => number) => results.reduce((sum, result) => sum + of(result), 0);
  return el(
    'div',
    { class: 'cards' },
    card(
      total(({ lost }) => lost).toLocaleString('en'),
      `of ${total(({ acked }) => acked).toLocaleString('en')} acknowledged writes lost`,
    ),
    card(duration(writeOutageMs?.max), `without writes at worst; median ${duration(writeOutageMs?.p50)}`),
    card(duration(readOutageMs?.max), `without reads at worst; median ${duration(readOutageMs?.p50)}`),
    card(
      `${results.filter(({ valid }) => valid === true).length} / ${results.length}`,
      'trials in which all promises held',
    ),
  );
}

function card(figure: string, words: string): Markup {
  return el('div', { class: 'card' }, el('b', {}, figure), el('span', {}, words));
}

function table(head: readonly string[], rows: readonly (readonly (string | number | Markup)[])[]): Markup {
  return el(
    'table',
    {},
    el('tr', {}, ...head.map((name, column) => el('th', alignment(rows[0]?.[column] ?? ''), name))),
    rows.map((row) => el('tr', {}, ...row.map((cell) => el('td', alignment(cell), cell)))),
  );
}

function summaryTable(trials: readonly ReportedTrial[]): Markup {
  return table(
    [
      'fault',
      'trials',
      'writes: p50',
      'p99',
      'worst',
      'promised',
      'reads: p50',
      'p99',
      'worst',
      'promised',
      'lost',
      'all back after',
      '',
    ],
    figureRows(trials).map((row) => [
      `${row.fault} ${row.target}`,
      row.trials,
      ...row.writeOutage,
      row.promised.write,
      ...row.readOutage,
      row.promised.read,
      row.lost,
      row.redundancy,
      badge(row.valid),
    ]),
  );
}

function outageNote({ rate, timeoutMs }: Series): Markup {
  return el(
    'p',
    { class: 'faint' },
    `An outage is the longest time in which the client that was worst off had nothing acknowledged, from the fault on up to the end of the load. ` +
      `Each shard, a reference and a local table have clients of their own; all together they send ${rate} requests a second ` +
      `at a fixed rate, and give one up after ${formatDuration(timeoutMs)}. The scale is logarithmic.`,
  );
}

function promiseTable(trials: readonly ReportedTrial[]): Markup {
  const names = trials[0]?.result.checks.map(({ name }) => name) ?? [];
  return table(
    ['trial', ...names],
    trials.map(({ fault, target, trial, result }) => [
      `${fault} ${target} ${trial}`,
      ...result.checks.map(({ valid }) => badge(valid)),
    ]),
  );
}

function trialPart({ fault, target, trial, file, result, timeline }: ReportedTrial): Markup {
  return el(
    'article',
    { class: 'trial' },
    el('h3', {}, `${fault} ${target}, trial ${trial} `, badge(result.valid)),
    timeline ? timelineChart(timeline) : el('p', { class: 'faint' }, `Its history, ${file}, is gone.`),
    table(
      ['promise', '', 'seen'],
      result.checks.map(({ name, valid, detail }) => [name, badge(valid), detail]),
    ),
    el(
      'details',
      {},
      el('summary', {}, 'Outage of each client, and errors'),
      el(
        'div',
        { class: 'columns' },
        table(
          ['client', 'shard on', 'outage'],
          result.outages.map(({ access, table: kind, group, ms }) => [`${access}, ${kind}`, group, formatDuration(ms)]),
        ),
        table(
          ['error', 'requests'],
          Object.entries(result.errors).map(([error, count]) => [error, count]),
        ),
      ),
    ),
  );
}

function settings({ place, seed, rate }: Series): Markup {
  const { spec, versions, machine } = place;
  const { timings } = spec;
  const rows: readonly (readonly [string, string])[] = [
    ['engine', `${place.engine} on PostgreSQL ${versions.postgres}, ${place.runtime} runtime`],
    ['Patroni, etcd, HAProxy', `${versions.patroni}, ${versions.etcd}, ${versions.haproxy}`],
    ['members', `${spec.coordinators.count} coordinators, ${spec.workers.count} workers, ${spec.etcd.count} etcd`],
    ['shards', `${spec.shards.count} of each table, on ${spec.shards.replicationFactor} workers each`],
    ['durability', spec.durability],
    [
      'timings',
      `ttl ${formatDuration(timings.ttlMs)}, loop ${formatDuration(timings.loopWaitMs)}, retry ${formatDuration(timings.retryTimeoutMs)}, ` +
        `checks every ${formatDuration(timings.check.intervalMs)}, ${timings.check.fall} to fail`,
    ],
    ['load', `${rate} requests a second, seed ${seed}`],
    ['machine', `${machine.cpus} CPUs, ${machine.memoryGiB} GiB, Node ${versions.node}, citus-ha ${versions.citusHa}`],
  ];
  return table(['', ''], rows);
}

function alignment(cell: string | number | Markup): { readonly class?: string } {
  return typeof cell === 'number' ? { class: 'number' } : {};
}

function duration(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}
