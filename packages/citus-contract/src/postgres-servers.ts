import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError, FatalProbeError, waitFor } from '@citus-ha/core';
import { withConnection, type ServerAddress } from '@citus-ha/citus';
import { freeLoopbackBlock } from './loopback-block.js';

const run = promisify(execFile);

export interface PostgresServersOptions {
  readonly count: number;
  /** Folder of initdb and postgres. */
  readonly postgresBinDir: string;
  /** shared_preload_libraries, in this order. */
  readonly preload?: readonly string[];
  /** More lines of postgresql.conf, by name, for the server with this address. */
  readonly settings?: (host: string) => Readonly<Record<string, string | number>>;
}

/** Real PostgreSQL servers on loopback addresses of their own, port 5432, with a password that each of them knows. */
export interface PostgresServers {
  readonly postgresBinDir: string;
  /** Superuser addresses, in order. */
  readonly addresses: readonly ServerAddress[];
  /** Libpq's password file, also in the environment of the servers, so that they can log in to one another. */
  readonly passFile: string;
  /** Starts a stopped server on its data; resolves once it takes connections. */
  start(index: number): Promise<void>;
  /** Ends a server at once, as a crash does; its address then refuses connections. */
  stop(index: number): Promise<void>;
  /** Stops all of them and removes their data. */
  dispose(): Promise<void>;
}

/**
 * Creates and starts servers, as the user postgres where this process is root. The caller disposes them.
 *
 * @throws CodedError `SERVER_ENDED` with the last lines of its log, when a server does not start.
 */
export async function startPostgresServers(options: PostgresServersOptions): Promise<PostgresServers> {
  const owner = await serverOwner();
  const directory = await mkdtemp(join(tmpdir(), 'citus-ha-servers-'));
  await chown(directory, owner.uid, owner.gid);
  await chmod(directory, 0o755);
  const block = await freeLoopbackBlock(options.count, port);
  const passFile = join(directory, 'pgpass');
  const passwordFile = join(directory, 'password');
  // An ordinary role's stands for whatever lets nodes log in as any role: their certificates, in a cluster of citus-ha.
  await writeOwned(passFile, `*:*:*:${user}:${password}\n*:*:*:${ordinaryLogin.user}:${password}\n`, owner);
  await writeOwned(passwordFile, password, owner);

  const addresses = Array.from({ length: options.count }, (_, index) => ({
    host: `${block}.${index + 1}`,
    port,
    user,
    password,
    database: 'postgres',
  }));
  const running: (ChildProcess | undefined)[] = addresses.map(() => undefined);
  const dataDir = (index: number): string => join(directory, `server${index}`);
  const logFile = (index: number): string => join(directory, `server${index}.log`);

  const servers: PostgresServers = {
    postgresBinDir: options.postgresBinDir,
    addresses,
    passFile,
    async start(index) {
      const log = await open(logFile(index), 'a');
      const child = spawn(join(options.postgresBinDir, 'postgres'), ['-D', dataDir(index)], {
        ...owner,
        cwd: directory,
        env: { ...process.env, PGPASSFILE: passFile },
        stdio: ['ignore', log.fd, log.fd],
      });
      await log.close();
      running[index] = child;
      await waitUntilReady(child, required(addresses, index), logFile(index));
    },
    async stop(index) {
      const child = running[index];
      running[index] = undefined;
      if (child) await end(child);
    },
    async dispose() {
      process.off('exit', endAll);
      await Promise.all(running.map((_, index) => servers.stop(index)));
      await rm(directory, { recursive: true, force: true });
    },
  };
  const endAll = (): void => running.forEach((child) => child?.kill('SIGQUIT'));
  process.once('exit', endAll);

  try {
    await run(
      join(options.postgresBinDir, 'initdb'),
      ['-D', dataDir(0), '-U', user, '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '--locale=C', '-N'],
      { ...owner, cwd: directory },
    );
    for (const index of addresses.keys()) {
      if (index > 0) await run('cp', ['-a', dataDir(0), dataDir(index)], owner);
    }
    for (const [index, { host }] of addresses.entries()) {
      await writeOwned(join(dataDir(index), 'pg_hba.conf'), 'host all all 127.0.0.0/8 scram-sha-256\n', owner);
      await writeOwned(join(dataDir(index), 'postgresql.conf'), configuration(host, options), owner);
    }
    await Promise.all([...addresses.keys()].map((index) => servers.start(index)));
    return servers;
  } catch (error) {
    await servers.dispose();
    throw error;
  }
}

const user = 'postgres';
const password = 'a password of test servers';
/** Of a role that a suite may create: servers log in to one another as it, too. */
export const ordinaryLogin = { user: 'app', password };
const port = 5432;

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root. */
async function serverOwner(): Promise<Owner> {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? 0 };
  return { uid: await idOfUser('-u'), gid: await idOfUser('-g') };
}

async function idOfUser(flag: string): Promise<number> {
  return Number((await run('id', [flag, user])).stdout);
}

async function writeOwned(path: string, content: string, owner: Owner): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  await chown(path, owner.uid, owner.gid);
}

function configuration(host: string, { preload = [], settings }: PostgresServersOptions): string {
  const all: Record<string, string | number> = {
    listen_addresses: host,
    port,
    unix_socket_directories: '',
    shared_preload_libraries: preload.join(','),
    shared_buffers: '32MB',
    fsync: 'off',
    max_prepared_transactions: 100,
    max_worker_processes: 32,
    lc_messages: 'C',
    ...settings?.(host),
  };
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}

async function waitUntilReady(child: ChildProcess, address: ServerAddress, logFile: string): Promise<void> {
  await waitFor({
    what: `the server at ${address.host}:${address.port} to take connections`,
    timeoutMs: 30_000,
    intervalMs: 50,
    probe: async () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        const log = await readFile(logFile, 'utf8');
        const ended = new CodedError('SERVER_ENDED', `The server at ${address.host}:${address.port} ended:\n${log}`);
        throw new FatalProbeError(ended);
      }
      return withConnection(address, async () => true, { timeoutMs: 2000 });
    },
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGQUIT');
  await exited;
}

function required<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`There is no server ${index}, only ${list.length}`);
  return element;
}
