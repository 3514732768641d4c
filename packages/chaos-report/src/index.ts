import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '@citus-ha/core';
import { parseHistory, type Series, type SeriesResult } from '@citus-ha/chaos';
import { outageChart } from './outage-chart.js';
import { renderPage, type ReportedTrial } from './page.js';
import { timelineChart } from './timeline-chart.js';
import { timelineOf } from './timeline.js';

export { figureRows, verdictWord, type FigureRow } from './figures.js';

/**
 * Writes the report of a series into its folder: `report.html`, `outages.png`, and a PNG beside each history. Answers the
 * files, the page first.
 */
export async function writeReport(series: Series, folder: string): Promise<readonly string[]> {
  const trials = await Promise.all(series.results.map((result) => withTimeline(result, folder)));
  const page = join(folder, 'report.html');
  await writeFile(page, renderPage(series, trials));
  // Its renderer is a program of its own: loaded only where something is drawn.
  const { renderPng } = await import('./png.js');
  const charts = [
    { file: 'outages.png', chart: outageChart(series.results) },
    ...trials.flatMap(({ file, timeline }) =>
      timeline ? [{ file: `${basename(file, '.ndjson')}.png`, chart: timelineChart(timeline) }] : [],
    ),
  ];
  for (const { file, chart } of charts) await writeFile(join(folder, file), renderPng(chart));
  return [page, ...charts.map(({ file }) => join(folder, file))];
}

async function withTimeline(result: SeriesResult, folder: string): Promise<ReportedTrial> {
  const file = join(folder, result.file);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return { ...result, timeline: text === undefined ? undefined : timelineOf(parseHistory(text, file)) };
}
