import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { isCodedError, type CodedError } from '@citus-ha/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bootstrap, citusEngine, engineVersion, connect, withConnection, type ServerAddress } from '@citus-ha/citus';
import { findPostgresBinDir, startPostgresServers, type PostgresServers } from './index.js';

const postgresBinDir = await findPostgresBinDir();

/** Takes connections and never says a word, as a frozen server does. */
async function startBlackHole(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
}

async function failure(task: () => Promise<unknown>): Promise<CodedError> {
  const error = await task().catch((thrown: unknown) => thrown);
  if (!isCodedError(error)) throw new Error('Expected a CodedError', { cause: error });
  return error;
}

describe.skipIf(postgresBinDir === undefined)('A connection to a server', () => {
  let servers: PostgresServers;
  let address: ServerAddress;
  let second: ServerAddress;
  beforeAll(async () => {
    servers = await startPostgresServers({ count: 2, postgresBinDir: postgresBinDir ?? '' });
    [address, second] = servers.addresses.map((server, index) => ({ ...server, member: `worker${index + 1}` })) as [
      ServerAddress,
      ServerAddress,
    ];
  });
  afterAll(async () => servers?.dispose());
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('names member, host and port of a server that refuses connections', async () => {
    const error = await failure(() => connect({ ...address, port: 1 }));
    expect(error).toMatchObject({ code: 'CONNECT_REFUSED', member: 'worker1' });
    expect(error.message).toContain(`worker1 (${address.host}:1)`);
  });

  it('tells a wrong password from a server that is down, and does not show it', async () => {
    const error = await failure(() => connect({ ...address, password: 'a wrong secret' }));
    expect(error.code).toBe('AUTH_FAILED');
    expect(`${error.message} ${error.fix}`).not.toContain('a wrong secret');
  });

  it('takes nothing from the variables of libpq', async () => {
    const callers = {
      PGHOST: '192.0.2.1',
      PGHOSTADDR: '192.0.2.1',
      PGPORT: '1',
      PGUSER: 'nobody',
      PGPASSWORD: 'wrong',
      PGPASSFILE: '/nonexistent',
      PGDATABASE: 'nothing',
      PGSSLMODE: 'require',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c statement_timeout=7 -c default_transaction_read_only=on',
      PGAPPNAME: 'mine',
      PGCLIENT_ENCODING: 'LATIN1',
      PGREPLICATION: 'database',
      PGCONNECT_TIMEOUT: '0',
      PGSERVICE: 'nothing',
    };
    for (const [name, value] of Object.entries(callers)) vi.stubEnv(name, value);
    const settings = ['application_name', 'client_encoding', 'statement_timeout', 'default_transaction_read_only'];
    const sql = `SELECT ${settings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`;
    expect((await withConnection(address, (client) => client.query(sql))).rows).toEqual([
      {
        application_name: 'citus-ha',
        client_encoding: 'UTF8',
        statement_timeout: '1min',
        default_transaction_read_only: 'off',
      },
    ]);
    vi.stubEnv('PGPASSWORD', address.password);
    expect(await failure(() => connect({ ...address, password: undefined }))).toMatchObject({ member: 'worker1' });
  });

  it('names a host that does not resolve', async () => {
    const error = await failure(() => connect({ ...address, host: 'nowhere.invalid' }));
    expect(error.code).toBe('HOST_UNKNOWN');
  });

  it('names a database that is not there', async () => {
    expect(await failure(() => connect({ ...address, database: 'nothing' }))).toMatchObject({
      code: 'DATABASE_MISSING',
    });
  });

  it('gives up on a server that never answers', async () => {
    const { server, port } = await startBlackHole();
    const blackHole = { ...address, host: '127.0.0.1', port };
    const error = await failure(() => connect(blackHole, { timeoutMs: 200 }));
    expect(error).toMatchObject({ code: 'SERVER_TIMEOUT', member: 'worker1' });
    expect(error.message).toContain('no answer in 200 ms');
    server.close();
  });

  it('ends a statement that takes too long, with the SQLSTATE of PostgreSQL', async () => {
    const slow = withConnection(address, (client) => client.query('SELECT pg_sleep(30)'), { statementTimeoutMs: 100 });
    await expect(slow).rejects.toMatchObject({ code: '57014' });
  });

  it('gives up on a server that stops answering', async () => {
    let frozen = 0;
    const error = await failure(() =>
      withConnection(
        address,
        async (client) => {
          // Known without a statement, which might take too long itself.
          frozen = (client as unknown as { readonly processID: number }).processID;
          process.kill(frozen, 'SIGSTOP');
          await client.query('SELECT 1');
        },
        { statementTimeoutMs: 100 },
      ),
    );
    process.kill(frozen, 'SIGCONT');
    expect(error).toMatchObject({ code: 'SERVER_TIMEOUT', member: 'worker1' });
  });

  it('lets SQL errors through as they are', async () => {
    const broken = withConnection(address, (client) => client.query('SELECT 1 / 0'));
    await expect(broken).rejects.toMatchObject({ code: '22012' });
  });

  it('says that it lost a server that ended while it was working', async () => {
    let stopped = Promise.resolve();
    const error = await failure(() =>
      withConnection(address, async (client) => {
        const asleep = client.query('SELECT pg_sleep(30)');
        stopped = servers.stop(0);
        await asleep;
      }),
    );
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', member: 'worker1' });
    await stopped;
    await servers.start(0);
  });

  it('says that a database has no engine', async () => {
    expect(await withConnection(address, engineVersion)).toBeUndefined();
  });

  it('names the server that a bootstrap waited for in vain', async () => {
    await servers.stop(1);
    const error = await failure(() =>
      bootstrap({
        coordinator: { name: 'coord-1', server: address, node: address },
        workers: [{ name: 'worker2', server: second, node: second }],
        engine: citusEngine,
        timeoutMs: 1500,
      }),
    );
    expect(error).toMatchObject({ code: 'TIMEOUT', member: 'worker2' });
    expect(error.message).toContain('connection refused');
  });

  it('ends a bootstrap at once when the password is wrong', async () => {
    const wrong = { ...address, password: 'wrong' };
    const attempt = bootstrap({
      coordinator: { name: 'coord-1', server: wrong, node: wrong },
      workers: [],
      engine: citusEngine,
    });
    await expect(attempt).rejects.toMatchObject({ code: 'AUTH_FAILED', member: 'coord-1' });
  });
});
