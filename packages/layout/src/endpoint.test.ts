import { expect, it } from 'vitest';
import { endpointAt, hostAndPort, statsAt, urlOf } from './endpoint.js';

it('is written as a URL, with brackets around an address of IPv6', () => {
  expect(urlOf(endpointAt('127.0.11.1', 'patroni'))).toBe('http://127.0.11.1:8008');
  expect(urlOf(endpointAt('coord-1', 'etcdPeer'))).toBe('http://coord-1:2380');
  expect(urlOf(statsAt('2001:db8::1', 7000))).toBe('http://[2001:db8::1]:7000');
  expect(hostAndPort('::1', 5432)).toBe('[::1]:5432');
});
