import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Laboratory } from './testing/laboratory.js';

const script = join(import.meta.dirname, '../python/recover-transactions.py');

/** As Citus's functions of these names; `recover` forgets every record, as Citus does what it does not see prepared. */
const citus = `
CREATE TABLE pg_dist_node AS SELECT 1 AS nodeid, 'worker1' AS nodename, 5432 AS nodeport;
CREATE TABLE life (nodeid int, success boolean, result text);
CREATE TABLE record (gid text);
CREATE TABLE meanwhile (result text);
CREATE FUNCTION run_command_on_all_nodes(text) RETURNS SETOF life LANGUAGE sql AS 'SELECT * FROM life';
CREATE FUNCTION run_command_on_workers(text) RETURNS SETOF life LANGUAGE sql AS 'SELECT * FROM life';
CREATE FUNCTION recover_prepared_transactions() RETURNS int LANGUAGE sql AS $$
  DELETE FROM record;
  UPDATE life SET result = meanwhile.result FROM meanwhile;
  SELECT 0 $$`;

const laboratory = new Laboratory();
let server: Awaited<ReturnType<Laboratory['serve']>>;
let patroni: Server;
let callback: ChildProcessWithoutNullStreams;
let said = '';

beforeAll(async () => {
  laboratory.initialize('coordinator');
  server = await laboratory.serve('coordinator');
  server.sql(citus);
  patroni = createServer((_, answer) => answer.end()).listen(0, '127.0.0.1');
  await once(patroni, 'listening');
});
afterAll(async () => {
  patroni.close();
  await laboratory.stop();
});

beforeEach(() => {
  server.sql("TRUNCATE life, record, meanwhile; INSERT INTO record VALUES ('citus_0_1_1_1')");
});
afterEach(async () => {
  callback.kill();
  await once(callback, 'exit');
});

function begin(life: string): void {
  server.sql(`INSERT INTO life VALUES (1, true, '${life}')`);
  const { port } = patroni.address() as AddressInfo;
  const login = `host=${laboratory.folder} user=postgres dbname=postgres`;
  callback = spawn('/usr/bin/python3', [
    script,
    'psql',
    login,
    `http://127.0.0.1:${port}`,
    '',
    'on_start',
    'primary',
    'x',
  ]);
  said = '';
  callback.stderr.on('data', (text: Buffer) => (said += text.toString()));
}

const records = () => Number(server.sql('SELECT count(*) FROM record'));
const untilSaid = (words: string) =>
  waitFor({ what: words, timeoutMs: 20_000, lastSeen: () => said, probe: () => said.includes(words) });

it('forgets no transaction while a node is in recovery, and settles them once it is promoted', async () => {
  begin('true since noon');
  await untilSaid('a node is in recovery (true): worker1:5432 true since noon');
  expect(records()).toBe(1);
  server.sql("UPDATE life SET result = 'false since noon'");
  await waitFor({ what: 'the record to go', timeoutMs: 20_000, probe: () => records() === 0 });
});

it('takes back what it forgot while a node began another life', async () => {
  server.sql("INSERT INTO meanwhile VALUES ('true since one')");
  begin('false since noon');
  await untilSaid('a node has begun another life: worker1:5432 false since noon, then worker1:5432 true since one');
  expect(records()).toBe(1);
});
