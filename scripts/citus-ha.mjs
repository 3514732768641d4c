// Runs this checkout's citus-ha, building it first where it was never built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { enterCallersFolder } from './callers-folder.mjs';

const main = new URL('../apps/cli/dist/bundle/main.js', import.meta.url);

if (!existsSync(main)) {
  const pnpm = fileURLToPath(new URL('pnpm.mjs', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [pnpm, 'turbo', 'run', 'build', '--ui=stream', '--output-logs=errors-only'],
    { stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) process.exit(status ?? 1);
}
enterCallersFolder();
await import(main);
