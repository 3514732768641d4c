// Writes ids from 1 up into the table notes for SECONDS: node node-postgres.cjs SECONDS
// DATABASE_URL is of the proxy: node-postgres knows no URL of several hosts. Prints "ok ID" for what was acknowledged,
// "again ID" for a write that had to be sent again.
const { setTimeout: delay } = require('node:timers/promises');
const { Pool } = require('pg');

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 1,
  connectionTimeoutMillis: 2000,
  query_timeout: 5000,
  keepAlive: true,
});
// Without it the end of an idle connection ends the process.
pool.on('error', () => undefined);

const insert = "INSERT INTO notes VALUES ('node-postgres', $1) ON CONFLICT DO NOTHING";

/** Writes until it is acknowledged, on a new connection after each failure: sent twice it is there once. */
async function write(id) {
  const deadline = Date.now() + 30_000;
  for (let tries = 0; ; tries += 1) {
    let client;
    try {
      client = await pool.connect();
      client.on('error', () => undefined);
      await client.query(insert, [id]);
      client.release();
      return;
    } catch (error) {
      // A leader that was demoted keeps its sessions, and says that it is read-only: never back into the pool.
      client?.release(true);
      if (Date.now() > deadline) throw error;
      if (tries === 0) console.log(`again ${id}`);
      await delay(100);
    }
  }
}

async function main() {
  const end = Date.now() + Number(process.argv[2]) * 1000;
  for (let id = 1; Date.now() < end; id += 1) {
    await write(id);
    console.log(`ok ${id}`);
    await delay(10);
  }
  await pool.end();
}

void main();
