import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeAddress, Laboratory, postgresBinDir, type Sql } from './testing/laboratory.js';

const skipped = postgresBinDir === undefined ? ' (skipped: no PostgreSQL in /usr/lib/postgresql)' : '';

describe.skipIf(skipped !== '')(`how old what a standby serves is, with real servers${skipped}`, () => {
  const lab = new Laboratory();
  let leader: Sql;
  let standby: Awaited<ReturnType<Laboratory['serve']>>;
  let address: string;
  /** Where data may be two seconds old. */
  const said = () => ask(address, '2000');
  /** An idle leader lets half of this go by. */
  const speakEvery = (timeout: string) => {
    leader(`ALTER SYSTEM SET wal_sender_timeout = '${timeout}'`);
    leader('SELECT pg_reload_conf()');
  };
  beforeAll(async () => {
    lab.initialize('leader');
    leader = (await lab.serve('leader')).sql;
    leader('CREATE TABLE t (n int)');
    speakEvery('1s');
    lab.copy('standby', 5432, '-R');
    address = await freeAddress();
    const [host = '', port = ''] = address.split(':');
    lab.program(
      'lag-agent.py',
      host,
      port,
      `${postgresBinDir}/psql`,
      `host=${lab.folder} port=5433 user=postgres dbname=postgres`,
    );
  });
  afterAll(() => lab.stop());

  it('is not known before the server runs, however long that takes', async () => {
    await expect.poll(said, patience).toBe('down #not known yet');
    await setTimeout(5_000);
    standby = await lab.serve('standby', 5433);
    await expect.poll(said, patience).toBe('up');
  });

  it('is nothing to speak of while it replays what its leader sends, written or idle', async () => {
    await expect.poll(said, patience).toBe('up');
    leader('INSERT INTO t VALUES (1)');
    await setTimeout(4_000);
    await expect.poll(said, patience).toBe('up');
  });

  it('is too old once replay hangs, and well again once it goes on', async () => {
    standby.sql('SELECT pg_wal_replay_pause()');
    leader('INSERT INTO t VALUES (2)');
    await expect.poll(said, patience).toMatch(/^down #[2-9] s old$/);
    standby.sql('SELECT pg_wal_replay_resume()');
    await expect.poll(said, patience).toBe('up');
  });

  it('is too old once nothing is heard of the leader, or of the server itself', async () => {
    speakEvery('1h');
    await expect.poll(said, patience).toMatch(/^down #\d+ s old$/);
    speakEvery('1s');
    await expect.poll(said, patience).toBe('up');
    await standby.kill();
    await expect.poll(said, patience).toMatch(/^down #\d+ s old$/);
    standby = await lab.serve('standby', 5433);
    await expect.poll(said, patience).toBe('up');
  });

  it('does not matter where it leads', async () => {
    standby.sql('SELECT pg_promote()');
    await expect.poll(said, patience).toBe('up');
    await setTimeout(3_000);
    await expect.poll(said, patience).toBe('up');
  });
});

const patience = { timeout: 20_000 };

async function ask(address: string, limit: string): Promise<string> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  await once(socket, 'connect');
  socket.write(limit);
  return (await text(socket)).trim();
}
