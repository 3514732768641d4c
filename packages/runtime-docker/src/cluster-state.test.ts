import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite } from '@citus-ha/layout';
import { expect, test } from 'vitest';
import { withKnownAddresses } from './cluster-state.js';

const base = defaultClusterSpec();
const siteWith = (workers: number) => dockerSite({ ...base, workers: { ...base.workers, count: workers } });

test('a new cluster has the addresses that its files are rendered with', () => {
  const { site, addresses } = withKnownAddresses(siteWith(3), base.name);
  expect(site).toEqual(siteWith(3));
  expect(addresses['haproxy']).toBe(site.members['haproxy']?.address);
});

test('members keep their addresses when others join, which get new ones', () => {
  const before = withKnownAddresses(siteWith(3), base.name).addresses;
  const { site, addresses } = withKnownAddresses(siteWith(4), base.name, before);
  expect(addresses).toMatchObject(before);
  expect(new Set(Object.values(addresses)).size).toBe(9);
  expect(site.members['worker4']?.address).toBe(addresses['worker4']);
  expect(site.members['haproxy']?.address).toBe(before['haproxy']);
});
