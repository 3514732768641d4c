import { BlockList } from 'node:net';
import { expect, test } from 'vitest';
import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite, networkOf } from './docker-site.js';

test('every member of the largest cluster has an address of its own in the network', () => {
  const base = defaultClusterSpec();
  const spec = { ...base, etcd: { count: 5 }, coordinators: { count: 5 }, workers: { ...base.workers, count: 300 } };
  const addresses = Object.values(dockerSite(spec).members).map(({ address }) => address);
  const network = new BlockList();
  const [first = '', prefix] = networkOf(spec).subnet.split('/');
  network.addSubnet(first, Number(prefix));
  expect(new Set(addresses).size).toBe(312);
  expect(addresses.filter((address) => !network.check(address))).toEqual([]);
});

test('a cluster keeps its network, and another name has another', () => {
  const networks = ['citusap', 'citusap', 'citusaq', 'shop'].map((name) => networkOf(defaultClusterSpec(name)).subnet);
  expect(networks[0]).toBe(networks[1]);
  expect(new Set(networks).size).toBe(3);
});
