import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundLogScript } from './bound-log.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citus-ha-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('cuts a log that grows while its writer runs, keeps what was there before, and ends with the writer', async () => {
  const bound = boundLogScript({ maxBytes: 1000, everySeconds: 0.05 });
  const script = `dir=$0; exec >>"$dir/log"; ${bound} printf '%2000s'; read; echo after; read`;
  const writer = spawn('bash', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  const has = (name: string, content: string) =>
    waitFor({
      what: `${content.trim()} in ${name}`,
      timeoutMs: 5000,
      probe: async () => (await readFile(join(folder, name), 'utf8')) === content,
    });
  await has('log.1', ' '.repeat(2000));
  await has('log', '');
  writer.stdin.write('\n');
  await has('log', 'after\n');
  writer.stdin.end();
  expect(await once(writer, 'close')).toEqual([1, null]);
});
