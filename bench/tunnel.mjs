// In the engine that answers: `up` and `status` by members' addresses, and from a network namespace of the command's own, from
// which only the engine's socket is reached, in turns. Linux, as root. node bench/tunnel.mjs BASE_IMAGE [trials]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, run, seconds, timed } from './measure.mjs';

const [baseImage = 'citusdata/citus:latest', trials = '3'] = process.argv.slice(2);
const cli = new URL('../apps/cli/dist/main.js', import.meta.url).pathname;
const cwd = mkdtempSync(join(tmpdir(), 'citus-ha-bench-'));
const citusHa = (...args) => run(process.execPath, [cli, ...args], { cwd });
const apart = (...args) =>
  run('unshare', ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, cli, ...args], {
    cwd,
  });
const ways = { address: citusHa, tunnel: apart };
const looks = 10;

const late = { address: 0, tunnel: 0 };
const results = { up: { address: [], tunnel: [] }, status: { address: [], tunnel: [] } };
try {
  writeFileSync(
    join(cwd, 'cluster.yaml'),
    `name: bench-tunnel\nruntime: docker\ndocker: { baseImage: '${baseImage}' }\nproxy: { ports: { write: 5900, read: 5901, stats: 5902 } }\n`,
  );
  citusHa('up');
  for (let trial = 0; trial < Number(trials); trial++) {
    for (const [way, command] of Object.entries(ways)) {
      citusHa('down', '--volumes', '--yes');
      results.up[way].push(timed(() => command('up')));
    }
    for (let n = 0; n < looks; n++) {
      for (const [way, command] of Object.entries(ways)) results.status[way].push(timed(() => look(way, command)));
    }
  }
} finally {
  citusHa('down', '--volumes', '--yes');
  rmSync(cwd, { recursive: true, force: true });
}
console.log(
  `looks that lacked an answer: address ${late.address}, tunnel ${late.tunnel}, of ${results.status.address.length} each`,
);
for (const [command, times] of Object.entries(results)) {
  const [address, tunnel] = Object.keys(ways).map((way) => median(times[way]));
  console.log(
    `${command.padEnd(7)} address ${seconds(address)}  tunnel ${seconds(tunnel)}  ratio ${(tunnel / address).toFixed(2)}`,
  );
}

/** Exits with another code than 0 where something did not answer in time. */
function look(way, command) {
  try {
    command('status');
  } catch {
    late[way] += 1;
  }
}
