import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError, messageOf, writingTo } from '@citus-ha/core';
import type { Series } from './series.js';

export const seriesFile = 'series.json';

/** Where a series is kept: its file, or its folder, may be named. */
export function seriesFolder(path: string): string {
  return basename(path) === seriesFile ? dirname(path) : path;
}

/** @throws CodedError `SERIES_UNREADABLE` naming the file. */
export async function readSeries(path: string): Promise<Series> {
  const file = join(seriesFolder(path), seriesFile);
  try {
    const series = JSON.parse(await readFile(file, 'utf8')) as Partial<Series>;
    if (series.version === 1 && series.planned && series.results) return series as Series;
    throw new Error('it is not what citus-ha chaos run writes');
  } catch (cause) {
    throw new CodedError('SERIES_UNREADABLE', `The series ${file} cannot be read: ${messageOf(cause)}`, {
      blame: 'user',
      cause,
      fix: `Name the folder that \`citus-ha chaos run\` wrote, or its ${seriesFile}.`,
    });
  }
}

/** Whole or not at all: a reader never sees half of it. */
export async function writeSeries(folder: string, series: Series): Promise<void> {
  const file = join(folder, seriesFile);
  await writingTo(file, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file}.new`, `${JSON.stringify(series, null, 2)}\n`);
    await rename(`${file}.new`, file);
  });
}
