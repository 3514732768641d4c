import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseClusterSpec } from './parse.js';
import { valuesByKey } from './values-by-key.js';

const file = 'cluster.yaml';
const text = `
name: shop
timings: { ttl: 90s, loopWait: 2s, check: { interval: 1500ms } }
postgres: { parameters: { work_mem: 8MB, jit: false } }
proxy: { read: { maxLag: { bytes: 1MB, time: 2m } } }
`;

it('names what a spec says by the keys of cluster.yaml, and writes it as it is read there', () => {
  const spec = parseClusterSpec(text, { file });
  const values = valuesByKey(spec);
  expect(Object.fromEntries(values)).toMatchObject({
    'timings.ttl': '90s',
    'timings.check.interval': '1500ms',
    'timings.check.fastInterval': '50ms',
    'postgres.parameters.jit': false,
    'proxy.read.maxLag.bytes': '1MB',
    'proxy.read.maxLag.time': '2m',
    'postgres.unsafe': '',
  });
  const written = [...values].filter(([key]) => key !== 'postgres.unsafe' && !key.startsWith('credentials.password'));
  expect(parseClusterSpec(stringify(nested(written)), { file })).toEqual(spec);
});

it('takes a part of a spec for no more than it is', () => {
  expect([...valuesByKey({ etcd: { count: 3 } })]).toEqual([['etcd.count', 3]]);
});

function nested(values: readonly (readonly [string, unknown])[]): object {
  const root: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const names = key.split('.');
    const last = names.pop() ?? '';
    let section = root;
    for (const name of names) section = (section[name] ??= {}) as Record<string, unknown>;
    section[last] = value;
  }
  return root;
}
