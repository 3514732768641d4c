// Runs this checkout's citus-ha, building it first where it was never built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../apps/cli/dist/main.js', import.meta.url);

function run(script, args, stdio) {
  const { status, signal } = spawnSync(process.execPath, [fileURLToPath(script), ...args], { stdio });
  if (status !== 0) process.exit(signal ? 130 : (status ?? 1));
}

if (!existsSync(main)) run(new URL('pnpm.mjs', import.meta.url), ['run', 'build'], ['ignore', 2, 2]);
run(main, process.argv.slice(2), 'inherit');
