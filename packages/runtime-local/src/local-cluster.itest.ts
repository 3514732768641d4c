import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Network } from '@citus-ha/provision-debian';
import { claimedBlock } from './address-block.js';
import { createLocalRuntime } from './local-runtime.js';
import { livingProcess } from './process-table.js';
import { hasSwitch } from './switch.js';
import { testCluster, testMember, type TestCluster } from './testing/test-cluster.js';

const networks = process.getuid?.() === 0 ? (['loopback', 'namespaces'] as const) : (['loopback'] as const);

async function blockOf({ runtime, spec }: TestCluster): Promise<string | undefined> {
  return (await runtime.prepare({ spec, install: false })).members['etcd']?.address.split('.')[2];
}

describe('a local cluster', () => {
  const clusters: TestCluster[] = [];
  const newCluster = async (name?: string, network?: Network) => {
    const cluster = await testCluster(name, network);
    clusters.push(cluster);
    return cluster;
  };

  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await cluster.dispose();
  });

  it('settles the same site again and again, and another command finds it', async () => {
    const { runtime, spec, open } = await newCluster();
    const site = await runtime.prepare({ spec, install: false });
    expect(await runtime.prepare({ spec, install: false })).toEqual(site);
    expect(await (await open()).site()).toEqual(site);
    expect(Object.keys(site.members)).toEqual([
      'etcd',
      'coord-1',
      'coord-2',
      'worker1',
      'worker2',
      'worker3',
      'haproxy',
    ]);
    expect(Number.parseInt(site.versions.patroni, 10)).toBeGreaterThanOrEqual(4);
    expect(site.members['haproxy']).toMatchObject({ address: '127.0.44.1', listen: '127.0.44.1' });
  });

  it('shares no address with another one, in whatever state home and at the same time', async () => {
    const [first, second] = await Promise.all([newCluster(), newCluster()]);
    const blocks = await Promise.all([first, second].map(blockOf));
    expect(new Set(blocks).size).toBe(2);
  });

  it('keeps its addresses from others also while it is down and after its state is lost, until it is removed', async () => {
    const [one, other] = [await newCluster(), await newCluster()];
    const block = await blockOf(one);
    await one.runtime.destroy({ data: false });
    expect(await blockOf(other)).not.toBe(block);
    await rm(join(one.path, 'state.json'));
    expect(await blockOf(one)).toBe(block);
    await one.runtime.destroy({ data: true });
    expect(await claimedBlock(one.path)).toBeUndefined();
  });

  it('names the process that holds a port it needs, and leaves nothing of a new cluster then', async () => {
    const { runtime, spec, stateHome } = await newCluster();
    const server = createServer().listen(5001, '127.0.44.1');
    await once(server, 'listening');
    try {
      await expect(runtime.prepare({ spec, install: false })).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        member: 'haproxy',
        message: expect.stringContaining(`pid ${process.pid}`),
      });
      expect(await readdir(stateHome)).toEqual([]);
    } finally {
      server.close();
    }
  });

  it('names the cluster that holds a port it needs, and minds no port of its own members', async () => {
    const one = await newCluster('one');
    const other = await newCluster('other');
    const script = `require('net').createServer().listen(7000, '127.0.44.1', () => console.log('listening'))`;
    await one.runtime.create(testMember('haproxy', { kind: 'proxy', command: [process.execPath, '-e', script] }));
    await one.runtime.start('haproxy');
    for await (const line of one.runtime.logs('haproxy', { follow: true })) if (line === 'listening') break;
    await expect(other.runtime.prepare({ spec: other.spec, install: false })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('cluster "one"'),
    });
    await one.runtime.prepare({ spec: one.spec, install: false });
  });

  it('keeps its documents where only its owner reads them', async () => {
    const { runtime, path } = await newCluster();
    await runtime.store.write('secrets', 'hidden');
    expect((await stat(join(path, 'store'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'store/secrets'))).mode & 0o777).toBe(0o600);
  });

  it('finds its members, at their addresses, where its state file is gone', async () => {
    const { runtime, spec, path, open } = await newCluster();
    const site = await runtime.prepare({ spec, install: false });
    for (const name of ['worker1', 'coord-1']) await runtime.create(testMember(name));
    await runtime.store.write('secrets', 'there');
    await runtime.start('worker1');
    const seen = await runtime.members();
    expect(seen.map(({ state }) => state)).toEqual(['created', 'running']);
    await rm(join(path, 'state.json'));
    const another = await open();
    expect(await another.members()).toEqual(seen);
    const settled = await another.prepare({ spec, install: false });
    for (const name of ['worker1', 'coord-1']) expect(settled.members[name]).toEqual(site.members[name]);
    expect(await another.members()).toEqual(seen);
    await another.stop('worker1');
  });

  it('leaves a state file that it cannot read as it is, and names it', async () => {
    const { runtime, path, open } = await newCluster();
    await runtime.create(testMember('alpha'));
    const file = join(path, 'state.json');
    await writeFile(file, '{ half');
    const error = { code: 'STATE_UNREADABLE', message: expect.stringContaining(file) };
    const another = await open();
    for (const each of [runtime, another]) await expect(each.members()).rejects.toMatchObject(error);
    await expect(another.site()).rejects.toMatchObject(error);
    await expect(another.create(testMember('beta'))).rejects.toMatchObject(error);
    expect(await readFile(file, 'utf8')).toBe('{ half');
  });

  it.each(networks)('removes all of it, processes too, also where its state cannot be read: %s', async (network) => {
    const { runtime, path, open } = await newCluster('lost', network);
    await runtime.create(testMember('alpha'));
    const { incarnation } = await runtime.start('alpha');
    const block = (await claimedBlock(path)) ?? 0;
    expect(await hasSwitch(block)).toBe(network === 'namespaces');
    await writeFile(join(path, 'state.json'), '{ half');
    await (await open()).destroy({ data: true });
    expect(await hasSwitch(block)).toBe(false);
    expect(await livingProcess(incarnation?.pid ?? 0)).toBeUndefined();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses data whose passwords are gone, and leaves it', async () => {
    const { runtime, spec, path } = await newCluster();
    await runtime.create(testMember('worker1'));
    const data = join(path, 'members/worker1/data');
    await mkdir(join(data, 'db'));
    await rm(join(path, 'state.json'));
    await expect(runtime.prepare({ spec, install: false })).rejects.toMatchObject({
      code: 'DATA_LEFT',
      message: expect.stringContaining(data),
    });
    expect(await readdir(data)).toEqual(['db']);
    await runtime.store.write('secrets', 'restored');
    expect(await runtime.prepare({ spec, install: false })).toMatchObject({ runtime: 'local' });
  });

  it.skipIf(process.getuid?.() !== 0)('refuses a state home that the user of its members cannot enter', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'citus-ha-'));
    await chmod(stateHome, 0o700);
    const runtime = await createLocalRuntime({ cluster: 'hidden', stateHome });
    await expect(runtime.create(testMember('alpha'))).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' });
    await rm(stateHome, { recursive: true });
  });
});
