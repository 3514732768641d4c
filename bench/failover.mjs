// The same faults against the stock settings (examples/stock.yaml) and the default ones, in turns: write outages and their ratio.
// node bench/failover.mjs [trials] [fault target]...
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, seconds } from './measure.mjs';

const trials = process.argv[2] ?? '3';
const named = process.argv.slice(3);
const faults =
  named.length > 0
    ? pairs(named)
    : [
        ['kill', 'leader'],
        ['stop', 'leader'],
        ['switchover', 'leader'],
      ];
const cli = new URL('../apps/cli/dist/bundle/main.js', import.meta.url).pathname;
const stock = new URL('../examples/stock.yaml', import.meta.url).pathname;

const clusters = [cluster('stock', (file) => copyFileSync(stock, file)), cluster('default', writeDefault)];
try {
  const outages = clusters.map((one) => faults.map(([fault, target]) => one.outage(fault, target)));
  for (const [index, [fault, target]] of faults.entries()) {
    const [ofStock, ofDefault] = outages.map((list) => list[index]);
    for (const [one, { valid, lost, writeOutageMs }] of [
      [clusters[0], ofStock],
      [clusters[1], ofDefault],
    ]) {
      const { p50, p99, max } = writeOutageMs;
      console.log(
        `${fault} ${target}  ${one.name.padEnd(8)} write outage p50 ${seconds(p50)} p99 ${seconds(p99)} worst ${seconds(max)}  lost ${lost}  valid ${valid}`,
      );
    }
    console.log(
      `${fault} ${target}  stock / default: ${(ofStock.writeOutageMs.p50 / ofDefault.writeOutageMs.p50).toFixed(1)}`,
    );
  }
} finally {
  for (const one of clusters) one.remove();
}

/** A cluster of its own, up only while it is measured: both have the machine to themselves. */
function cluster(name, writeConfig) {
  const cwd = mkdtempSync(join(tmpdir(), 'citus-ha-bench-'));
  chmodSync(cwd, 0o711);
  writeConfig(join(cwd, 'cluster.yaml'));
  const options = { cwd, env: { ...process.env, XDG_STATE_HOME: join(cwd, 'state') } };
  const citusHa = (...args) => run(process.execPath, [cli, ...args, '--runtime', 'local'], options);
  return {
    name,
    outage: (fault, target) => {
      citusHa('up');
      // Its exit code is the verdict; the figures count either way.
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [
          cli,
          'chaos',
          'run',
          '--fault',
          fault,
          '--target',
          target,
          '--trials',
          trials,
          '--seed',
          '1',
          '--json',
          '-o',
          `${fault}-${target}`,
        ],
        { ...options, encoding: 'utf8', maxBuffer: 1e9 },
      );
      if (stdout === '') throw new Error(stderr);
      citusHa('down');
      const result = JSON.parse(stdout);
      return { ...result, lost: result.trials.reduce((sum, trial) => sum + trial.lost, 0) };
    },
    remove: () => {
      citusHa('down', '--volumes', '--yes');
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

function writeDefault(file) {
  const ports = /proxy:[\s\S]*?stats: \d+/
    .exec(readFileSync(stock, 'utf8'))?.[0]
    .replaceAll('501', '592')
    .replace('7010', '5922');
  writeFileSync(file, `name: bench-default\n${ports}\n`);
}

function pairs(list) {
  return list.flatMap((one, index) => (index % 2 === 0 ? [[one, list[index + 1] ?? 'leader']] : []));
}
