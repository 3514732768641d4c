// In the engine that answers: `citus-ha up` beside Compose's `up` of the rendered file, each with images there and to the first
// distributed write, in turns; the image set built without any cache; how long writes stop after `docker kill` of the leader.
// node bench/docker.mjs BASE_IMAGE [trials], where the base has Citus: only with it does Compose set up a cluster by itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { median, run, seconds, timed } from './measure.mjs';

const [baseImage = 'citusdata/citus:latest', trials = '3'] = process.argv.slice(2);
const cli = new URL('../apps/cli/dist/main.js', import.meta.url).pathname;
const cwd = mkdtempSync(join(tmpdir(), 'citus-ha-bench-'));
const rendered = join(cwd, 'rendered');
const citusHa = (...args) => run(process.execPath, [cli, ...args], { cwd }).trim();
const compose = succeeds('docker', ['compose', 'version']) ? ['docker', 'compose'] : ['docker-compose'];
const firstWrite = `
  SELECT 1 / (count(*) = 3)::int FROM citus_get_active_worker_nodes();
  DROP TABLE IF EXISTS t; CREATE TABLE t (id int); SELECT create_distributed_table('t', 'id'); INSERT INTO t VALUES (1)`;

const results = { up: [], compose: [], images: [], kill: [] };
try {
  writeFileSync(
    join(cwd, 'cluster.yaml'),
    `name: bench-docker\nruntime: docker\ndocker: { baseImage: '${baseImage}' }\nproxy: { ports: { write: 5900, read: 5901, stats: 5902 } }\n`,
  );
  citusHa('render', '-o', rendered);
  citusHa('up');
  for (let trial = 0; trial < Number(trials); trial++) {
    citusHa('down', '--volumes', '--yes');
    results.up.push(await elapsed(() => citusHa('up')));
    results.kill.push(await gapAfterKill());
    citusHa('down', '--volumes', '--yes');
    results.compose.push(await elapsed(() => run(compose[0], [...compose.slice(1), 'up', '-d'], { cwd: rendered })));
  }
  results.images.push(timed(buildImages));
} finally {
  citusHa('down', '--volumes', '--yes');
  rmSync(cwd, { recursive: true, force: true });
}
for (const [name, times] of Object.entries(results))
  console.log(`${name.padEnd(7)} ${times.map(seconds).join(' ')}  median ${seconds(median(times))}`);
console.log(`up / compose: ${(median(results.up) / median(results.compose)).toFixed(2)}`);

/** Milliseconds until a distributed write is taken. */
async function elapsed(start) {
  const begin = performance.now();
  start();
  const uri = citusHa('uri');
  while (!succeeds('psql', [uri, '-qX', '-v', 'ON_ERROR_STOP=1', '-c', firstWrite])) await wait(100);
  return performance.now() - begin;
}

/** One client that writes as fast as it can connect: its longest time without an answer. */
async function gapAfterKill() {
  const uri = citusHa('uri');
  const { members } = JSON.parse(citusHa('status', '--json'));
  const leader = members.find(({ kind, role }) => kind === 'coordinator' && role === 'leader');
  run('docker', ['kill', leader.container.name]);
  const begin = performance.now();
  while (!succeeds('psql', [uri, '-qX', '-c', 'INSERT INTO t VALUES (2)'], { PGCONNECT_TIMEOUT: '2' })) await wait(50);
  return performance.now() - begin;
}

function buildImages() {
  const args = ['build', '--quiet', '--no-cache', '--build-arg', `BASE_IMAGE=${baseImage}`];
  for (const kind of ['member', 'etcd', 'proxy']) run('docker', [...args, join(rendered, 'images', kind)]);
}

function succeeds(command, args, env = {}) {
  try {
    run(command, args, { env: { ...process.env, ...env } });
    return true;
  } catch {
    return false;
  }
}
