import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import type { Dcs } from '../dcs.js';
import { createEtcdClient } from '../etcd-client.js';
import type { RealPrograms } from './real-programs.js';

/** Servers of one test file, in a folder of their own, as an ordinary user. */
export class RealServers {
  readonly #etcd: string;
  readonly #account = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : undefined;
  readonly folder = this.own(mkdtempSync(join(tmpdir(), 'citus-ha-servers-')));
  readonly #children: ChildProcess[] = [];

  constructor({ etcd }: RealPrograms) {
    this.#etcd = etcd;
  }

  /** @param options Further flags of etcd, without their dashes. */
  async startEtcd(options: Readonly<Record<string, string>> = {}): Promise<Dcs> {
    const [client, peer] = [await freeUrl(), await freeUrl()];
    const flags = {
      name: 'etcd',
      'data-dir': join(this.folder, 'etcd'),
      'initial-cluster': `etcd=${peer}`,
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      ...options,
    };
    this.spawn('etcd', [this.#etcd, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)]);
    const etcd = createEtcdClient({ endpoints: [{ url: client, member: 'etcd' }] });
    await waitFor({
      what: 'etcd to be healthy',
      probe: async () => (await etcd.health()).every(({ healthy }) => healthy),
      timeoutMs: 20_000,
    });
    return etcd;
  }

  /** In the reverse of the order in which they were started: etcd last. */
  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Its output goes to a log in the folder. */
  spawn(name: string, [command = '', ...args]: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    this.#children.push(spawn(command, args, { cwd: this.folder, stdio: ['ignore', log, log], ...this.#account }));
  }

  /** Gives a folder to the ordinary user. */
  own(folder: string): string {
    if (this.#account) chownSync(folder, this.#account.uid, this.#account.gid);
    return folder;
  }
}

/** PostgreSQL refuses to run as root. */
function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

export async function freeUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
