import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as bodyOf } from 'node:stream/consumers';
import { defaultClusterSpec, etcdMembers } from '@citus-ha/config';
import { dockerSite } from '@citus-ha/layout';
import { waitFor } from '@citus-ha/core';
import { etcdUsers, renderMember } from '@citus-ha/emitters';
import { createEtcdClient, type Dcs } from '@citus-ha/dcs';
import { sendToEtcd } from '@citus-ha/dcs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secureEtcd } from './secure-etcd.js';
import { isEtcdClosed } from '../observe/etcd-access.js';

const missing = spawnSync('etcd', ['--version']).error?.message;
const address = '127.0.47.1';
const endpoint = { url: `http://${address}:2379`, member: 'etcd' };
const endpoints = [endpoint];
const secrets = { superuser: 'a', replication: 'b', etcd: 'c' };
const spec = defaultClusterSpec('lab');
const users = etcdUsers({ spec, engine: 'citus', secrets });
const [root, coordinators, worker] = users;
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe.skipIf(missing !== undefined)(`a real etcd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let folder: string;
  let process: ChildProcess;
  const etcd = createEtcdClient({ endpoints, login: root });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citus-ha-etcd-'));
    const [member] = etcdMembers(spec);
    if (!member) throw new Error('no etcd');
    const docker = dockerSite(spec);
    const place = { address, host: address, listen: address, configFile: join(folder, 'etcd.yml') };
    const site = {
      ...docker,
      members: { etcd: { ...place, dataDir: join(folder, 'data'), runDir: folder, passFile: '' } },
    };
    for (const { path, content, mode } of renderMember({ spec, site, secrets, engine: 'citus' }, member).files) {
      await writeFile(path, content, { mode });
    }
    process = spawn('etcd', ['--config-file', place.configFile], { stdio: 'ignore' });
    await waitFor({
      what: 'etcd to be healthy',
      probe: async () => (await etcd.health()).every(({ healthy }) => healthy),
      timeoutMs: 20_000,
    });
  });
  afterAll(async () => {
    process.kill('SIGKILL');
    await once(process, 'exit');
    await rm(folder, { recursive: true });
  });

  it('is closed to strangers though each run but the last is interrupted, one step later each time', async () => {
    let runs = 0;
    for (let steps = 0; !(await isEtcdClosed(etcd, users)); steps += 1) {
      const { client, close } = await failingAfter(steps);
      await secureEtcd(client, users).catch(() => undefined);
      close();
      runs += 1;
    }
    expect(runs).toBeGreaterThan(4 * users.length - 1);
    expect(await secureEtcd(etcd, users)).toBe(false);
  });

  it.each([
    ['kv/range', { key: base64('/service/lab/0/config') }],
    ['kv/put', { key: base64('/service/lab/0/config'), value: base64('{"restore_command":"id"}') }],
    ['kv/deleterange', { key: base64('/service/lab/0/leader') }],
    ['kv/txn', { success: [{ request_put: { key: base64('/service/lab/0/config'), value: '' } }] }],
    ['auth/disable', {}],
    ['auth/user/add', { name: 'me', password: 'mine' }],
    ['auth/user/changepw', { name: 'root', password: 'mine' }],
    ['cluster/member/add', { peerURLs: ['http://127.0.47.9:2380'] }],
  ])('refuses %s to whoever has no password, and to whoever knows another one', async (path, body) => {
    for (const login of [undefined, { user: 'root', password: 'guessed' }]) {
      await expect(sendToEtcd({ endpoint, login }, `/v3/${path}`, body)).rejects.toMatchObject({
        code: login ? 'ETCD_LOGIN_REFUSED' : 'ETCD_REFUSED',
      });
    }
  });

  it("lets a scope's user read and write the keys of its own scope, and no others", async () => {
    for (const [login, own, others] of [
      [
        coordinators,
        '/service/lab/0/leader',
        ['/service/lab-worker1/leader', '/service/lab', '/service/lab0', '/other'],
      ],
      [worker, '/service/lab-worker1/leader', ['/service/lab/0/leader', '/service/lab-worker2/leader']],
    ] as const) {
      const client = createEtcdClient({ endpoints, login });
      await client.put(own, 'v');
      expect((await client.get(own))?.value).toBe('v');
      for (const other of others) {
        await expect(client.put(other, 'v')).rejects.toThrow('permission denied');
        await expect(client.get(other)).rejects.toThrow('permission denied');
      }
      await expect(client.keys('/service/')).rejects.toThrow('permission denied');
      const change = { name: 'root', password: 'x' };
      await expect(sendToEtcd({ endpoint, login }, '/v3/auth/user/changepw', change)).rejects.toThrow(
        'permission denied',
      );
    }
  });

  it('gets the users of scopes that are added later', async () => {
    const more = etcdUsers({ spec: { ...spec, workers: { ...spec.workers, count: 4 } }, engine: 'citus', secrets });
    expect(await secureEtcd(etcd, more)).toBe(true);
    for (const user of more) expect(await etcd.tryLogin(user)).toEqual({ closed: true, taken: true });
  });

  it('is not opened by another secret, which is named', async () => {
    const other = etcdUsers({ spec, engine: 'citus', secrets: { ...secrets, etcd: 'lost' } });
    const client = createEtcdClient({ endpoints, login: other[0] });
    await expect(secureEtcd(client, other)).rejects.toMatchObject({ code: 'ETCD_LOGIN_REFUSED', member: 'etcd' });
  });

  it('logs in again by itself where etcd has forgotten its token', async () => {
    await sendToEtcd({ endpoint, login: root }, '/v3/auth/user/changepw', { name: 'root', password: root?.password });
    expect(await etcd.get('/service/lab/0/none')).toBeUndefined();
  });
});

/** For a run that is interrupted: after so many requests that change something none gets to etcd any more. */
async function failingAfter(steps: number): Promise<{ readonly client: Dcs; readonly close: () => void }> {
  let left = steps;
  const relay = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      if (request.url !== '/v3/auth/authenticate' && left-- <= 0) return response.destroy();
      // Whatever of it was done before was done with another password.
      const isOther = request.url === '/v3/auth/user/add' && steps % 2 === 1;
      const given = isOther ? JSON.stringify({ ...JSON.parse(body), password: 'of a record that is gone' }) : body;
      const answer = await fetch(`${endpoint.url}${request.url}`, { method: 'POST', body: given });
      return response.writeHead(answer.status).end(await answer.text());
    });
  });
  relay.listen(2379, '127.0.47.2');
  await once(relay, 'listening');
  return {
    client: createEtcdClient({ endpoints: [{ url: 'http://127.0.47.2:2379', member: 'etcd' }], login: root }),
    close: () => relay.close().closeAllConnections(),
  };
}
