import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLines, readLog } from './log-file.js';

let folder: string;
let log: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citus-ha-'));
  log = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true }));

async function collect(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

it('reads the last lines of a long file, an unfinished one too', async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n} of a file that takes more than one look`);
  await writeFile(log, `${lines.join('\n')}\nunfinished`);
  expect(await collect(readLines(log, { tail: 3 }))).toEqual([...lines.slice(-2), 'unfinished']);
  expect(await collect(readLines(log))).toHaveLength(20_001);
  expect(await collect(readLines(log, { tail: 0 }))).toEqual([]);
});

it('reads on from what was cut off the log, as far as the last lines reach into it', async () => {
  await writeFile(`${log}.1`, 'one\ntwo\nthree\n');
  await writeFile(log, 'four\nfive\n');
  expect(await collect(readLog(log))).toEqual(['one', 'two', 'three', 'four', 'five']);
  expect(await collect(readLog(log, { tail: 3 }))).toEqual(['three', 'four', 'five']);
  expect(await collect(readLog(log, { tail: 2 }))).toEqual(['four', 'five']);
  expect(await collect(readLog(log, { tail: 0 }))).toEqual([]);
});

it('has no lines where there is no file', async () => {
  expect(await collect(readLines(log, { tail: 5 }))).toEqual([]);
});

it('follows a file that is cut and then replaced', async () => {
  const control = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const line of readLines(log, { follow: true, signal: control.signal })) seen.push(line);
  })();
  const sees = (line: string) =>
    waitFor({ what: line, timeoutMs: 5000, lastSeen: () => seen.join(), probe: () => seen.at(-1) === line });
  await writeFile(log, 'a first line\n');
  await sees('a first line');
  await appendFile(log, 'grüße\n');
  await sees('grüße');
  await truncate(log);
  await appendFile(log, 'cut\n');
  await sees('cut');
  await writeFile(`${log}.new`, 'replaced\nby a longer one\n');
  await rename(`${log}.new`, log);
  await sees('by a longer one');
  control.abort();
  await following;
  expect(seen).toEqual(['a first line', 'grüße', 'cut', 'replaced', 'by a longer one']);
});
