import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Laboratory } from './testing/laboratory.js';

const program = join(import.meta.dirname, '../python/recover-transactions.py');

/**
 * As Citus's functions of these names, of a node whose only worker is another database; `recover` forgets every record, as Citus does
 * what it does not see prepared.
 */
const citus = (folder: string) => `
CREATE EXTENSION dblink;
CREATE TABLE pg_dist_node AS SELECT 1 AS nodeid, 1 AS groupid, 'worker1' AS nodename, 5432 AS nodeport;
CREATE TABLE life (nodeid int, success boolean, result text);
CREATE TABLE record (gid text);
CREATE TABLE meanwhile (result text);
CREATE TABLE delay (seconds int);
CREATE TABLE begun (is_begun text);
CREATE FUNCTION run_command_on_all_nodes(command text) RETURNS SETOF life LANGUAGE sql AS $$
  SELECT nodeid, success, CASE WHEN command ~ 'pg_prepared_xacts' THEN is_begun ELSE result END FROM life, begun $$;
CREATE FUNCTION run_command_on_workers(command text, OUT nodename text, OUT nodeport int, OUT success boolean, OUT result text)
LANGUAGE plpgsql AS $$ BEGIN
  nodename := 'worker1';
  nodeport := 5432;
  success := true;
  result := dblink_exec('host=${folder} user=postgres dbname=worker', command);
EXCEPTION WHEN OTHERS THEN
  success := false;
  result := SQLERRM;
END $$;
CREATE FUNCTION recover_prepared_transactions() RETURNS int LANGUAGE sql AS $$
  DELETE FROM record;
  SELECT pg_sleep(seconds) FROM delay;
  UPDATE life SET result = meanwhile.result FROM meanwhile;
  SELECT 0 $$`;

const laboratory = new Laboratory();
const script = join(laboratory.folder, 'recover-transactions.py');
const begun: ChildProcessWithoutNullStreams[] = [];
let server: Awaited<ReturnType<Laboratory['serve']>>;
let patroni: Server;
let said = '';

const onWorker = (statement: string) =>
  server.sql(
    `SELECT dblink_exec('host=${laboratory.folder} user=postgres dbname=worker', $statement$${statement}$statement$)`,
  );

beforeAll(async () => {
  laboratory.initialize('coordinator');
  server = await laboratory.serve('coordinator');
  server.sql(citus(laboratory.folder));
  server.sql('CREATE DATABASE worker');
  onWorker(citus(laboratory.folder));
  patroni = createServer((_, answer) => answer.end()).listen(0, '127.0.0.1');
  await once(patroni, 'listening');
});
afterAll(async () => {
  patroni.close();
  await laboratory.stop();
});

beforeEach(() => {
  copyFileSync(program, script);
  for (const run of [server.sql, onWorker])
    run(`TRUNCATE life, record, meanwhile, delay, begun; INSERT INTO record VALUES ('citus_0_1_1_1');
      INSERT INTO begun VALUES ('t');
      INSERT INTO life VALUES (1, true, 'false since noon')`);
  said = '';
});
afterEach(async () => {
  for (const callback of begun.splice(0)) await end(callback);
});

/** As Patroni would, of a coordinator. */
function begin({ action = 'on_start', role = 'primary', version = 'now' } = {}): ChildProcessWithoutNullStreams {
  const { port } = patroni.address() as AddressInfo;
  const login = `host=${laboratory.folder} user=postgres dbname=postgres`;
  const callback = spawn('/usr/bin/python3', [
    script,
    'psql',
    login,
    `http://127.0.0.1:${port}`,
    '',
    version,
    action,
    role,
    'x',
  ]);
  callback.stderr.on('data', (text: Buffer) => (said += text.toString()));
  begun.push(callback);
  return callback;
}

async function end(callback: ChildProcessWithoutNullStreams): Promise<void> {
  if (callback.exitCode === null && callback.signalCode === null && callback.kill()) await once(callback, 'exit');
}

const records = () => Number(server.sql('SELECT count(*) FROM record'));
const recordsOfWorker = () =>
  Number(
    server.sql(`SELECT n FROM dblink('host=${laboratory.folder} user=postgres dbname=worker',
    'SELECT count(*) FROM record') AS found (n int)`),
  );
const untilSettled = (count: () => number) =>
  waitFor({ what: 'the record to go', timeoutMs: 20_000, lastSeen: () => said, probe: () => count() === 0 });
const untilSaid = (words: string) =>
  waitFor({ what: words, timeoutMs: 20_000, lastSeen: () => said, probe: () => said.includes(words) });

it('forgets no transaction while a node is in recovery, and settles them once it is promoted', async () => {
  server.sql("UPDATE life SET result = 'true since noon'");
  begin();
  await untilSaid('a node is in recovery (true): worker1:5432 true since noon');
  expect(records()).toBe(1);
  server.sql("UPDATE life SET result = 'false since noon'");
  await untilSettled(records);
});

it('takes back what it forgot while a node began another life', async () => {
  server.sql("INSERT INTO meanwhile VALUES ('true since one')");
  begin();
  await untilSaid('a node has begun another life: worker1:5432 false since noon, then worker1:5432 true since one');
  expect(records()).toBe(1);
});

it('has workers settle what was begun there, each by what it sees itself', async () => {
  onWorker("UPDATE life SET result = 'true since noon'");
  begin();
  await untilSaid('worker1|5432|a node is in recovery (true): worker1:5432 true since noon');
  await untilSettled(records);
  expect(recordsOfWorker()).toBe(1);
  onWorker("UPDATE life SET result = 'false since noon'");
  await untilSettled(recordsOfWorker);
});

it('asks workers for nothing while nothing is begun there', async () => {
  server.sql("UPDATE begun SET is_begun = 'f'");
  begin();
  await untilSettled(records);
  expect(recordsOfWorker()).toBe(1);
  server.sql("UPDATE begun SET is_begun = 't'");
  await untilSettled(recordsOfWorker);
});

it('has what the coordinator began wait for no worker', async () => {
  onWorker('INSERT INTO delay VALUES (5)');
  begin();
  await untilSettled(records);
  expect(recordsOfWorker()).toBe(1);
  await untilSettled(recordsOfWorker);
});

it('gives way to the next one, also where that has nothing to do', async () => {
  const elder = begin();
  await untilSettled(records);
  expect(await once(begin({ action: 'on_role_change', role: 'replica' }), 'exit')).toEqual([0, null]);
  await waitFor({ what: 'the elder to end', timeoutMs: 5_000, probe: () => elder.signalCode === 'SIGKILL' });
});

it('gives way after a reload where the file has changed, and only then', async () => {
  writeFileSync(script, 'import time\ntime.sleep(1000)\n');
  const old = begin({ version: 'before' });
  await waitFor({ what: 'the old one to begin', timeoutMs: 5_000, probe: () => old.pid !== undefined });
  rmSync(script);
  copyFileSync(program, script);
  const next = begin({ action: 'on_reload' });
  await untilSettled(records);
  await waitFor({ what: 'the old one to end', timeoutMs: 5_000, probe: () => old.signalCode === 'SIGKILL' });
  await once(begin({ action: 'on_reload' }), 'exit');
  expect([next.exitCode, next.signalCode]).toEqual([null, null]);
});
