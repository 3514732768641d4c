// Warm `up` of the default cluster to the first distributed write, beside the bare chain by hand: the same five servers by
// initdb, pg_basebackup and promote, without Patroni, etcd, proxy or engine. Also `status` and `down`. Ratios of one run.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, run, seconds, timed } from './measure.mjs';

const trials = Number(process.argv[2] ?? 3);
const cli = new URL('../apps/cli/dist/bundle/main.js', import.meta.url).pathname;
const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(a) - Number(b));
const bin = process.env.CITUS_HA_POSTGRES_BIN ?? `/usr/lib/postgresql/${versions.at(-1)}/bin`;

const results = { up: [], bare: [], status: [], down: [] };
for (let trial = 0; trial < trials; trial++) {
  benchUp();
  results.bare.push(bareChain());
}
for (const [name, times] of Object.entries(results))
  console.log(`${name.padEnd(7)} ${times.map(seconds).join(' ')}  median ${seconds(median(times))}`);
console.log(`up / bare chain: ${(median(results.up) / median(results.bare)).toFixed(2)}`);

function benchUp() {
  const cwd = mkdtempSync(join(tmpdir(), 'citus-ha-bench-'));
  chmodSync(cwd, 0o711);
  writeFileSync(
    join(cwd, 'cluster.yaml'),
    'name: bench-up\nruntime: local\nproxy: { ports: { write: 5900, read: 5901, stats: 5902 } }\n',
  );
  const citusHa = (...args) =>
    run(process.execPath, [cli, ...args], { cwd, env: { ...process.env, XDG_STATE_HOME: join(cwd, 'state') } });
  try {
    results.up.push(
      timed(() => {
        citusHa('up');
        run('psql', [
          citusHa('uri').trim(),
          '-qc',
          'CREATE TABLE t (id int)',
          '-c',
          "SELECT create_distributed_table('t', 'id')",
          '-c',
          'INSERT INTO t VALUES (1)',
        ]);
      }),
    );
    results.status.push(timed(() => citusHa('status', '--json')));
    results.down.push(timed(() => citusHa('down')));
  } finally {
    citusHa('down', '--volumes', '--yes');
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** All four initdbs at a time, as a script by hand would do it at best. */
function bareChain() {
  const folder = mkdtempSync(join(tmpdir(), 'citus-ha-bare-'));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'servers'));
  execFileSync('chown', ['postgres', join(folder, 'servers')]);
  const script = `
    set -e
    cd ${folder}/servers
    ctl() { ${bin}/pg_ctl -s -w -l $1.log -D $1 -o "-c listen_addresses=127.0.99.1 -c port=$2 -c unix_socket_directories=$PWD -c max_connections=300" start; }
    for s in coord worker1 worker2 worker3; do ${bin}/initdb -A trust -U postgres -E UTF8 -k -D $s >/dev/null & done; wait
    ctl coord 6100 & ctl worker1 6101 & ctl worker2 6102 & ctl worker3 6103 & wait
    ${bin}/pg_basebackup -h 127.0.99.1 -p 6100 -U postgres -c fast -X stream -R -D standby
    ctl standby 6104
    ${bin}/pg_ctl -s -w -D standby promote
    psql -qh 127.0.99.1 -p 6104 -U postgres -c 'CREATE TABLE t (id int)' -c 'INSERT INTO t VALUES (1)'`;
  try {
    return timed(() =>
      run('setpriv', ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups', 'bash', '-c', script]),
    );
  } finally {
    const stop = `cd ${folder}/servers; for s in coord worker1 worker2 worker3 standby; do ${bin}/pg_ctl -s -m immediate -D $s stop; done`;
    run('setpriv', ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups', 'bash', '-c', stop]);
    rmSync(folder, { recursive: true, force: true });
  }
}
