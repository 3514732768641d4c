import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@citus-ha/core';
import { proxyRoutes } from '@citus-ha/member-agent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { haproxyConfig } from './haproxy.js';
import { FakeCoordinator } from './testing/fake-coordinator.js';

const program = 'haproxy';
const skipped = spawnSync(program, ['-v']).error === undefined ? '' : ' (skipped: no haproxy)';
const listen = '127.0.46.9';
const ports = { write: 5000, read: 5001, stats: 7000 };

describe.skipIf(skipped !== '')(`the routes of a real proxy${skipped}`, () => {
  let first: FakeCoordinator;
  let second: FakeCoordinator;
  let folder: string;
  let proxy: ChildProcess;
  let sessions: Session[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'citus-ha-routes-'));
    sessions = [];
    first = new FakeCoordinator('coord1', '127.0.46.1');
    second = new FakeCoordinator('coord2', '127.0.46.2');
    for (const one of [first, second]) await one.begin();
    first.says = 'leads';
    const config = join(folder, 'haproxy.cfg');
    writeFileSync(join(folder, proxyRoutes.name), proxyRoutes.content);
    writeFileSync(
      config,
      haproxyConfig({
        servers: [first, second],
        maxConnections: 100,
        listen,
        ports,
        runDir: folder,
        check: { intervalMs: 1000, fastIntervalMs: 1000, fall: 3, rise: 1 },
        readLag: { size: '16MB' },
      }),
    );
    proxy = spawn(program, ['-db', '-f', config], { stdio: 'ignore' });
    await untilServes('write', 'coord1');
    await untilServes('read', 'coord2');
  });
  afterEach(async () => {
    for (const session of sessions) session.socket.destroy();
    for (const one of [first, second]) one.die();
    if (proxy.kill('SIGKILL')) await once(proxy, 'exit');
    rmSync(folder, { recursive: true });
  });

  const begin = (endpoint: 'write' | 'read') => {
    const session = new Session(connect(ports[endpoint], listen));
    sessions.push(session);
    return session;
  };
  const untilServes = (endpoint: 'write' | 'read', name: string) =>
    waitFor({
      what: `${endpoint} to lead to ${name}`,
      timeoutMs: 20_000,
      probe: async () => (await begin(endpoint).heard(2_000)) === name,
    });

  it('has who comes while nobody leads wait for the next leader', async () => {
    first.die();
    const waiting = begin('write');
    second.says = 'promotes';
    expect(await waiting.heard(500)).toBe('');
    second.says = 'leads';
    expect(await waiting.heard(5_000)).toBe('coord2');
    expect(waiting.isCut).toBe(false);
  });

  it('has nobody wait for a server whose address is gone', async () => {
    await first.vanish();
    const waiting = begin('write');
    expect(await waiting.heard(200)).toBe('');
    second.says = 'leads';
    expect(await waiting.heard(1_000)).toBe('coord2');
    expect(waiting.isCut).toBe(false);
  });

  it('has nobody read from a server whose address is gone', async () => {
    await second.vanish();
    expect(await begin('read').heard(1_000)).toBe('coord1');
  });

  it('has readers wait no longer than there is someone to read from', async () => {
    second.die();
    expect(await begin('read').heard(5_000)).toBe('coord1');
  });

  it('cuts nobody for a late answer, and lets new ones in', async () => {
    const session = begin('write');
    expect(await session.heard(2_000)).toBe('coord1');
    first.says = 'silent';
    expect(await begin('write').heard(5_000)).toBe('coord1');
    await waitFor({ what: 'its checks to fail', timeoutMs: 20_000, probe: () => isDown('coord1') });
    expect(session.isCut).toBe(false);
  });

  it('cuts who is still with the last leader once another one takes writes', async () => {
    const session = begin('write');
    expect(await session.heard(2_000)).toBe('coord1');
    first.says = 'silent';
    second.says = 'leads';
    await waitFor({ what: 'the session to be cut', timeoutMs: 20_000, probe: () => session.isCut });
    expect(await begin('write').heard(5_000)).toBe('coord2');
  });
});

async function isDown(name: string): Promise<boolean> {
  const csv = await (await fetch(`http://${listen}:${ports.stats}/;csv`)).text();
  return new RegExp(`^postgres_write,${name}(?:,[^,]*){15},DOWN,`, 'm').test(csv);
}

/** A client that speaks first, as PostgreSQL's do. */
class Session {
  readonly socket: Socket;
  isCut = false;
  #heard = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('connect', () => socket.write('hello'));
    socket.on('data', (data: Buffer) => (this.#heard += data.toString()));
    socket.on('error', () => (this.isCut = true)).on('close', () => (this.isCut = true));
  }

  /** What it has heard, once there is something, it was cut or time is over. */
  async heard(timeoutMs: number): Promise<string> {
    const probe = () => this.#heard !== '' || this.isCut;
    await waitFor({ what: 'an answer', timeoutMs, intervalMs: 10, probe }).catch(() => undefined);
    return this.#heard;
  }
}
