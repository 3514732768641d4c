// Runs pnpm at the version package.json pins, wherever only npm is installed, after installing what the lock file names.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

function pnpm(args, stdio = 'inherit') {
  const run = spawnSync('npx', ['--yes', packageManager, ...args], {
    cwd: root,
    stdio,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  if (run.error) throw run.error;
  if (run.signal) process.exit(130);
  if (run.status !== 0) process.exit(run.status);
}

// Installation talks on stderr, so that the output of the command itself stays clean.
pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--silent'], ['ignore', 2, 2]);
pnpm(process.argv.slice(2));
