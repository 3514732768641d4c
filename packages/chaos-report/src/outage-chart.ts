import { formatDuration } from '@citus-ha/core';
import { type SeriesResult, byStrike, summarize } from '@citus-ha/chaos';
import { chart } from './chart.js';
import { colours } from './colours.js';
import { el, type Markup } from './markup.js';
import { tickLabel } from './tick-label.js';

const width = 1000;
const left = 250;
const right = 150;
const rowHeight = 46;

/** The outages of each fault: a dot a trial, writes above reads, with the median as a line. */
export function outageChart(results: readonly SeriesResult[]): Markup {
  const rows = byStrike(results);
  const outages = results.flatMap(({ result }) => [result.writeOutageMs ?? 0, result.readOutageMs ?? 0]);
  const ticks = [10, 100, 1000, 10_000, 100_000].filter(
    (tick, index, all) => index === 0 || (all[index - 1] ?? 0) < Math.max(1000, ...outages),
  );
  const highest = Math.log10(ticks.at(-1) ?? 1000);
  const x = (ms: number) =>
    left + ((Math.log10(Math.max(10, ms)) - 1) / Math.max(1, highest - 1)) * (width - left - right);
  const height = 40 + rows.length * rowHeight;
  return chart(
    { title: 'Outages by fault', width, height, fontSize: 12 },
    ticks.flatMap((tick) => [
      el('line', { x1: x(tick), x2: x(tick), y1: 24, y2: height - 8, stroke: colours.rule }),
      el('text', { x: x(tick), y: 16, 'text-anchor': 'middle', fill: colours.faint }, tickLabel(tick)),
    ]),
    rows.flatMap(({ fault, target, results: trials }, index) => {
      const top = 34 + index * rowHeight;
      const summary = summarize(trials.map(({ result }) => result));
      return [
        el('text', { x: left - 16, y: top + 17, 'text-anchor': 'end', 'font-weight': 'bold' }, `${fault} ${target}`),
        dots(trials, ({ result }) => result.writeOutageMs, x, top + 8, colours.write),
        dots(trials, ({ result }) => result.readOutageMs, x, top + 24, colours.read),
        worst(summary.writeOutageMs?.max, 'writes', top + 12, colours.write),
        worst(summary.readOutageMs?.max, 'reads', top + 28, colours.read),
      ];
    }),
  );
}

function dots(
  trials: readonly SeriesResult[],
  of: (trial: SeriesResult) => number | null,
  x: (ms: number) => number,
  y: number,
  fill: string,
): Markup[] {
  return trials.flatMap((trial) => {
    const ms = of(trial);
    return ms === null ? [] : [el('circle', { cx: x(ms), cy: y, r: 5, fill, 'fill-opacity': 0.6 })];
  });
}

function worst(ms: number | undefined, what: string, y: number, fill: string): Markup {
  const text = ms === undefined ? '' : `${what} ${formatDuration(ms)}`;
  return el('text', { x: width - 8, y, 'text-anchor': 'end', fill }, text);
}
