import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@citus-ha/core';

const programs = fileURLToPath(new URL('../../python', import.meta.url));

/** Runs statements, and says what they answer. */
export type Sql = (text: string) => string;

/** Newest PostgreSQL of this machine; `undefined` where there is none. */
export const postgresBinDir: string | undefined = (
  existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
)
  .map(Number)
  .sort((a, b) => b - a)
  .map((major) => `/usr/lib/postgresql/${major}/bin`)
  .find((folder) => existsSync(`${folder}/initdb`));

/** etcd, servers and members' beginnings of one test file, as an ordinary user, in a folder of their own. */
export class Laboratory {
  readonly folder = mkdtempSync(join(tmpdir(), 'citus-ha-agent-'));
  readonly #account = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  readonly #children: ChildProcess[] = [];
  #etcd = '';
  #scopes = 0;

  constructor() {
    if (this.#account.uid !== undefined) chownSync(this.folder, this.#account.uid, this.#account.gid);
  }

  async startEtcd(): Promise<void> {
    const [client, peer] = [await freeAddress(), await freeAddress()];
    this.#etcd = client;
    const flags = {
      name: 'etcd',
      'data-dir': join(this.folder, 'etcd'),
      'initial-cluster': `etcd=http://${peer}`,
      'listen-client-urls': `http://${client}`,
      'advertise-client-urls': `http://${client}`,
      'listen-peer-urls': `http://${peer}`,
      'initial-advertise-peer-urls': `http://${peer}`,
    };
    this.#spawn(
      'etcd',
      Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      { stdio: 'ignore' },
    );
    await waitFor({
      what: 'etcd to be healthy',
      probe: async (signal) => (await fetch(`http://${client}/health`, { signal })).ok,
      timeoutMs: 20_000,
    });
  }

  /** A Patroni scope of its own. */
  scope(): Scope {
    return new Scope(`lab${(this.#scopes += 1)}`, this.#etcd, (name, config) => {
      const file = join(this.folder, `${config['scope'] as string}-${name}.yml`);
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(config));
      const child = this.#spawn('/usr/bin/python3', [join(programs, 'start-patroni.py'), 'echo', 'became', file], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return new Beginning(child);
    });
  }

  initialize(name: string): string {
    const data = this.dataDir(name);
    this.run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync');
    return data;
  }

  dataDir(name: string): string {
    return join(this.folder, name);
  }

  /** A server that writes and is killed as hard as possible. */
  async serveAndKill(name: string, work: (sql: Sql) => void) {
    const server = await this.serve(name);
    work(server.sql);
    await server.kill();
  }

  /** A server with its socket in `folder`. */
  async serve(name: string, port = 5432): Promise<{ readonly sql: Sql; kill(): Promise<void> }> {
    const options = `-D ${this.dataDir(name)} -k ${this.folder} -p ${port} -c listen_addresses= -c fsync=off`;
    const server = this.#spawn(`${postgresBinDir}/postgres`, options.split(' '), { stdio: 'ignore' });
    const login = ['-h', this.folder, '-p', String(port), '-U', 'postgres', '-d', 'postgres', '-v', 'ON_ERROR_STOP=1'];
    const sql = (text: string) => this.run('psql', ...login, '-qAtc', text).trim();
    await waitFor({ what: `${name} to answer`, probe: () => (sql('SELECT 1'), true), timeoutMs: 30_000 });
    return {
      sql,
      kill: async () => {
        const ended = once(server, 'exit');
        server.kill('SIGKILL');
        await ended;
        // Its children end once they see that it is gone.
        await waitFor({
          what: `all of ${name} to end`,
          probe: () => !livesIn(this.dataDir(name)),
          timeoutMs: 20_000,
        });
      },
    };
  }

  /** A copy of the server on `port`, taken while it runs. */
  copy(name: string, port = 5432, ...options: readonly string[]): void {
    const from = ['-h', this.folder, '-p', String(port), '-U', 'postgres'];
    this.run('pg_basebackup', ...from, '-D', this.dataDir(name), '-X', 'stream', '-c', 'fast', '--no-sync', ...options);
  }

  /** A program of the member's own, asked and ended by whoever has it. */
  program(name: string, ...args: readonly string[]): ChildProcess {
    return this.#spawn('/usr/bin/python3', [join(programs, name), ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }

  run(command: string, ...args: readonly string[]): string {
    const path = command.includes('/') || command === 'cp' ? command : `${postgresBinDir}/${command}`;
    return execFileSync(path, args, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...this.#account,
    });
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn(command, args, { cwd: this.folder, ...options, ...this.#account });
    this.#children.push(child);
    return child;
  }
}

/** The keys of one Patroni scope, and members that begin in it. */
export class Scope {
  readonly #etcd: string;
  readonly #name: string;
  readonly #begin: (name: string, config: Record<string, unknown>) => Beginning;

  constructor(name: string, etcd: string, begin: (name: string, config: Record<string, unknown>) => Beginning) {
    this.#name = name;
    this.#etcd = etcd;
    this.#begin = begin;
  }

  begin(name: string, dataDir: string, coordinators: readonly string[] = ['coord-1', 'coord-2']): Beginning {
    return this.#begin(name, this.configuration(name, dataDir, coordinators));
  }

  configuration(name: string, dataDir: string, coordinators: readonly string[] = []): Record<string, unknown> {
    return {
      scope: this.#name,
      namespace: '/service/',
      name,
      etcd3: { hosts: ['127.0.0.1:1', this.#etcd] },
      citus_ha: { coordinators },
      postgresql: { data_dir: dataDir, bin_dir: postgresBinDir },
    };
  }

  /** @param lease As of {@link grant}. */
  async put(key: string, value: string, lease = '0'): Promise<void> {
    await this.#post('kv/put', { key: base64(`/service/${this.#name}/${key}`), value: base64(value), lease });
  }

  async grant(seconds: number): Promise<string> {
    return ((await this.#post('lease/grant', { TTL: seconds })) as { ID: string }).ID;
  }

  async keepAlive(lease: string): Promise<void> {
    await this.#post('lease/keepalive', { ID: lease });
  }

  async header(): Promise<{ readonly cluster_id: string; readonly revision: string }> {
    return ((await this.#post('kv/range', { key: base64('none') })) as { header: never }).header;
  }

  async get(key: string): Promise<string | undefined> {
    const answer = await this.#post('kv/range', { key: base64(`/service/${this.#name}/${key}`) });
    const [found] = (answer as { kvs?: readonly { value: string }[] }).kvs ?? [];
    return found && Buffer.from(found.value, 'base64').toString();
  }

  async #post(path: string, body: object): Promise<unknown> {
    return (await fetch(`http://${this.#etcd}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) })).json();
  }
}

/** A member that begins; `echo` stands for Patroni. */
export class Beginning {
  readonly #child: ChildProcess;
  output = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get hasBegun(): boolean {
    return this.output.includes('became');
  }

  async until(what: RegExp): Promise<void> {
    await waitFor({
      what: String(what),
      probe: () => what.test(this.output),
      lastSeen: () => this.output,
      timeoutMs: 20_000,
      intervalMs: 20,
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.kill('SIGTERM'))
      await once(this.#child, 'exit');
  }
}

/** Every process of a server works in its data folder. */
function livesIn(folder: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
