// One stream of `citus-ha-demo copy` beside `psql \copy`, of the same CSV into the same table, in turns, and the loader's peak memory.
// Takes the connection string from standard input: citus-ha uri | node bench/loader.mjs [rooms] [rounds]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, run, seconds, timed } from './measure.mjs';

const rooms = process.argv[2] ?? '100000';
const rounds = Number(process.argv[3] ?? 5);
const uri = readFileSync(0, 'utf8').trim();
const demo = new URL('../apps/demo-loader/dist/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'citus-ha-bench-'));
const csv = join(folder, 'messages.csv');
const sql = (text) => run('psql', [uri, '-qAtX', '-c', text]).trim();

try {
  writeFileSync(csv, run(process.execPath, [demo, 'csv', 'messages', '--rooms', rooms]));
  run(process.execPath, [demo, 'load', '--uri', '-', '--rooms', '10'], { input: uri });
  sql('CREATE TABLE bench_messages (LIKE messages INCLUDING ALL)');
  sql("SELECT create_distributed_table('bench_messages', 'room_id')");
  const times = { copy: [], psql: [] };
  for (let round = 0; round < rounds; round++) {
    times.copy.push(
      timed(() =>
        run(process.execPath, [demo, 'copy', csv, '--table', 'bench_messages', '--uri', '-'], { input: uri }),
      ),
    );
    sql('TRUNCATE bench_messages');
    times.psql.push(timed(() => run('psql', [uri, '-qX', '-c', `\\copy bench_messages FROM '${csv}' CSV`])));
    sql('TRUNCATE bench_messages');
  }
  for (const [name, list] of Object.entries(times))
    console.log(`${name}  ${list.map(seconds).join(' ')}  median ${seconds(median(list))}`);
  console.log(`speed of copy / psql: ${(median(times.psql) / median(times.copy)).toFixed(2)}`);
} finally {
  sql('DROP TABLE IF EXISTS bench_messages');
  rmSync(folder, { recursive: true, force: true });
}
