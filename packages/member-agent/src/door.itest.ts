import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Laboratory, type Sql } from './testing/laboratory.js';

const programs = join(import.meta.dirname, '../python');
const laboratory = new Laboratory();
const server = `host=${laboratory.folder} user=postgres dbname=postgres`;
let sql: Sql;

/** As Citus has them on a worker; the coordinator is another database. */
const citus = `
CREATE TABLE pg_dist_local_group AS SELECT 1 AS groupid;
CREATE TABLE pg_dist_transaction (groupid int, gid text);
CREATE TABLE row_written (id int);`;

beforeAll(async () => {
  const data = laboratory.initialize('worker');
  appendFileSync(join(data, 'postgresql.conf'), 'max_prepared_transactions = 10\n');
  ({ sql } = await laboratory.serve('worker'));
  sql(citus);
});
afterAll(() => laboratory.stop());

beforeEach(() => {
  for (const gid of prepared()) sql(`ROLLBACK PREPARED '${gid}'`);
  sql('TRUNCATE pg_dist_transaction, row_written');
});

const prepared = () =>
  sql('SELECT gid FROM pg_prepared_xacts ORDER BY gid')
    .split('\n')
    .filter((gid) => gid !== '');

function prepare(gid: string): void {
  sql(`BEGIN; INSERT INTO row_written VALUES (1); PREPARE TRANSACTION '${gid}'`);
}

/** Whether the door may be opened by what is prepared, and decided, now. */
function isSettled(leader = server): boolean {
  const program = `
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(programs)})
from door import QUESTION, Door
door = Door("psql", ${JSON.stringify(server)}, ${JSON.stringify(leader)})
print(door.settle(door.ask(door.server, QUESTION)))`;
  return execFileSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8' }).trim() === 'True';
}

it('opens where nothing is prepared but what is no transaction of a coordinator', () => {
  prepare('of an application');
  prepare('citus_1_7_1_1');
  expect(isSettled()).toBe(true);
  expect(prepared()).toEqual(['citus_1_7_1_1', 'of an application']);
});

it('commits what the coordinator has committed, before it opens', () => {
  prepare('citus_0_1_1_1');
  sql("INSERT INTO pg_dist_transaction VALUES (1, 'citus_0_1_1_1')");
  expect(isSettled()).toBe(true);
  expect(prepared()).toEqual([]);
  expect(sql('SELECT count(*) FROM row_written')).toBe('1');
});

it('leaves what nobody will commit any more to the recovery of transactions', () => {
  prepare('citus_0_1_1_1');
  expect(isSettled()).toBe(true);
  expect(prepared()).toEqual(['citus_0_1_1_1']);
});

it('stays shut while the backend that has begun a transaction may commit it, and while no coordinator tells', async () => {
  const session = spawn('psql', [server, '-c', 'SELECT pg_sleep(60)'], { stdio: 'ignore' });
  const pid = await waitFor({
    what: 'the session to be in a transaction',
    probe: () => Number(sql("SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'")) || undefined,
    timeoutMs: 20_000,
  });
  prepare(`citus_0_${pid}_1_1`);
  expect(isSettled()).toBe(false);
  sql(`SELECT pg_terminate_backend(${pid}, 5000)`);
  session.kill();
  expect(isSettled('host=/nowhere')).toBe(false);
  expect(isSettled()).toBe(true);
});
