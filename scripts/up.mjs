// Brings the cluster up and loads the demo. The same as `turbo run up`, which would not give an interrupted `up` the time to clean up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { enterCallersFolder } from './callers-folder.mjs';

const cli = fileURLToPath(new URL('../apps/cli/dist/bundle/main.js', import.meta.url));
const demo = fileURLToPath(new URL('../apps/demo-loader/dist/main.js', import.meta.url));

enterCallersFolder();
// Ctrl-C reaches the commands themselves; this waits until they have ended.
process.on('SIGINT', () => undefined);

// The demo takes libpq's variables, which are here for servers of the caller's own.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));

async function run(args, stdio) {
  const child = spawn(process.execPath, args, { stdio, env });
  const [code] = await once(child, 'exit');
  return code ?? 130;
}

const args = process.argv.slice(2);
const up = await run([cli, 'up', ...args], 'inherit');
if (up !== 0) process.exit(up);
// The same cluster: by the options that name one.
const uri = spawn(process.execPath, [cli, 'uri', ...args.filter((arg) => arg !== '--no-install' && arg !== '--json')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.exitCode = await run([demo, 'load', '--uri', '-'], [uri.stdout, 'inherit', 'inherit']);
