import { readFile, writeFile } from 'node:fs/promises';
import { checkHistory, exportForElle, parseHistory, readSeries, seriesFolder } from '@citus-ha/chaos';
import { writeReport } from '@citus-ha/chaos-report';
import { CodedError, messageOf, writingTo } from '@citus-ha/core';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { print, printJson, printTable, step } from '../output.js';
import { coloured, exitCodeFor, exitCodeOf, printSeries } from './chaos-output.js';

export function checkCommand(): Command {
  return command('check <history>', 'give the verdict on a history again')
    .option('--elle <file>', 'write its registers as EDN too, for elle-cli --model rw-register')
    .action(async (file: string, options: CommonOptions & { elle?: string }) => {
      const history = parseHistory(await readHistory(file), file);
      const { elle } = options;
      if (elle !== undefined) await writingTo(elle, () => writeFile(elle, exportForElle(history)));
      const result = checkHistory(history);
      if (options.json) printJson(result);
      else {
        printTable(
          ['promise', 'valid', 'seen'],
          result.checks.map(({ name, valid, detail }) => [name, coloured(valid), detail]),
        );
        print(`write outage ${result.writeOutageMs ?? '?'} ms, read outage ${result.readOutageMs ?? '?'} ms`);
      }
      process.exitCode = exitCodeFor(result.valid);
    });
}

export function reportCommand(): Command {
  return command('report <series>', 'write the report of a series again: its folder, or its series.json').action(
    async (path: string, options: CommonOptions) => {
      const series = await readSeries(path);
      const folder = seriesFolder(path);
      const files = await writingTo(folder, () => writeReport(series, folder));
      printSeries(series, folder, options);
      step(`report: ${files[0]}`);
      process.exitCode = exitCodeOf(series);
    },
  );
}

async function readHistory(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CodedError('HISTORY_UNREADABLE', `The history cannot be read: ${messageOf(cause)}`, {
      blame: 'user',
      cause,
      fix: 'Name a history that `citus-ha chaos run` wrote: FOLDER/kill-leader-1.ndjson and so on.',
    });
  });
}
