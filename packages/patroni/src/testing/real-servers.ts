import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { createEtcdClient, type EtcdClient } from '../etcd-client.js';
import { createPatroniClient, type PatroniClient } from '../patroni-client.js';
import type { RealPrograms } from './real-programs.js';

/** etcd and Patroni members of one test file, in a folder of their own, as an ordinary user. */
export class RealServers {
  readonly #programs: RealPrograms;
  readonly #account = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : undefined;
  readonly #folder = this.#own(mkdtempSync(join(tmpdir(), 'citus-ha-patroni-')));
  readonly #children: ChildProcess[] = [];

  constructor(programs: RealPrograms) {
    this.#programs = programs;
  }

  /** @param options Further flags of etcd, without their dashes. */
  async startEtcd(options: Readonly<Record<string, string>> = {}): Promise<EtcdClient> {
    const [client, peer] = [await freeUrl(), await freeUrl()];
    const flags = {
      name: 'etcd',
      'data-dir': join(this.#folder, 'etcd'),
      'initial-cluster': `etcd=${peer}`,
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      ...options,
    };
    this.#spawn('etcd', [this.#programs.etcd, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)]);
    const etcd = createEtcdClient({ endpoints: [{ url: client, member: 'etcd' }] });
    await waitFor({
      what: 'etcd to be healthy',
      probe: async () => (await etcd.health()).every(({ healthy }) => healthy),
      timeoutMs: 20_000,
    });
    return etcd;
  }

  async startPatroni(name: string, etcd: EtcdClient): Promise<PatroniClient> {
    const [url, postgres] = [await freeUrl(), await freeUrl()];
    const folder = this.#own(mkdirSync(join(this.#folder, name), { recursive: true }) ?? '');
    const config = {
      scope: 'lab',
      name,
      restapi: { listen: new URL(url).host, connect_address: new URL(url).host, authentication: login('api') },
      etcd3: { hosts: etcd.endpoints.map((endpoint) => new URL(endpoint.url).host) },
      bootstrap: {
        dcs: { ttl: 20, loop_wait: 1, retry_timeout: 3, synchronous_mode: true },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
      },
      postgresql: {
        listen: new URL(postgres).host,
        connect_address: new URL(postgres).host,
        data_dir: this.dataDir(name),
        bin_dir: this.#programs.postgresBinDir,
        pgpass: join(folder, 'pgpass'),
        parameters: { unix_socket_directories: folder, fsync: 'off' },
        pg_hba: ['local all all trust', 'host all all 127.0.0.0/8 trust', 'host replication all 127.0.0.0/8 trust'],
        authentication: { superuser: login('postgres'), replication: login('replicator') },
      },
    };
    // JSON is YAML.
    const file = join(folder, 'patroni.yml');
    writeFileSync(file, JSON.stringify(config));
    this.#spawn(name, [...this.#programs.patroni, file]);
    return createPatroniClient({ url, member: name, user: 'api', password: 'secret' });
  }

  dataDir(name: string): string {
    return join(this.#folder, name, 'data');
  }

  /** In the reverse of the order in which they were started: etcd last. */
  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(name: string, [command = '', ...args]: readonly string[]): void {
    const log = openSync(join(this.#folder, `${name}.log`), 'a');
    this.#children.push(spawn(command, args, { cwd: this.#folder, stdio: ['ignore', log, log], ...this.#account }));
  }

  #own(folder: string): string {
    if (this.#account) chownSync(folder, this.#account.uid, this.#account.gid);
    return folder;
  }
}

function login(username: string): object {
  return { username, password: 'secret' };
}

/** PostgreSQL refuses to run as root. */
function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function freeUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
