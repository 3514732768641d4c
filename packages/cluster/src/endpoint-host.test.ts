import { defaultClusterSpec } from '@citus-ha/config';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import type { ClusterContext } from './context.js';
import { endpointHost, statsUrl } from './places.js';

function contextOf(bind: string, host?: string): ClusterContext {
  const { proxy, ...spec } = defaultClusterSpec();
  const runtime = Object.assign(createMemoryRuntime({ cluster: spec.name }), { host });
  return { spec: { ...spec, proxy: { ...proxy, bind } }, runtime, engines: {} as ClusterContext['engines'] };
}

it.each([
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['0.0.0.0', undefined, '127.0.0.1'],
  ['::', undefined, '::1'],
  ['192.0.2.7', undefined, '192.0.2.7'],
  ['127.0.0.1', 'build-1.test', 'build-1.test'],
  ['0.0.0.0', 'build-1.test', 'build-1.test'],
  ['::', 'build-1.test', 'build-1.test'],
  ['192.0.2.7', 'build-1.test', '192.0.2.7'],
])('clients of proxy.bind: %s on the machine %s are told %s', (bind, host, told) => {
  expect(endpointHost(contextOf(bind, host))).toBe(told);
});

it('writes an address of the statistics as URLs have it', () => {
  expect(statsUrl(contextOf('::', '2001:db8::1'))).toBe('http://[2001:db8::1]:7000');
});
