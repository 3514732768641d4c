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
// A name that nobody else has: what this makes it removes again.
const table = `bench_messages_${Date.now()}`;
const sql = (text) => run('psql', [uri, '-qAtX', '-c', text]).trim();

try {
  writeFileSync(csv, run(process.execPath, [demo, 'csv', 'messages', '--rooms', rooms]));
  sql(`CREATE TABLE ${table} (room_id bigint NOT NULL, id bigint NOT NULL, author_id bigint NOT NULL,
    sent_at timestamptz NOT NULL, body text NOT NULL, PRIMARY KEY (room_id, id))`);
  sql(`SELECT create_distributed_table('${table}', 'room_id')`);
  const times = { copy: [], psql: [] };
  for (let round = 0; round < rounds; round++) {
    times.copy.push(
      timed(() => run(process.execPath, [demo, 'copy', csv, '--table', table, '--uri', '-'], { input: uri })),
    );
    sql(`TRUNCATE ${table}`);
    times.psql.push(timed(() => run('psql', [uri, '-qX', '-c', `\\copy ${table} FROM '${csv}' CSV`])));
    sql(`TRUNCATE ${table}`);
  }
  for (const [name, list] of Object.entries(times))
    console.log(`${name}  ${list.map(seconds).join(' ')}  median ${seconds(median(list))}`);
  console.log(`speed of copy / psql: ${(median(times.psql) / median(times.copy)).toFixed(2)}`);
} finally {
  sql(`DROP TABLE IF EXISTS ${table}`);
  rmSync(folder, { recursive: true, force: true });
}
