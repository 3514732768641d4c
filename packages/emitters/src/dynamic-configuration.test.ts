import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { expect, test } from 'vitest';
import { dockerSite } from '@citus-ha/layout';
import { dynamicConfiguration } from './dynamic-configuration.js';
import type { RenderInput } from './rendering.js';
import { exampleSpecs } from './testing/example-specs.js';

const coordinator = { name: 'coord-1', kind: 'coordinator', group: 0 } as const;
const worker = { name: 'worker1', kind: 'worker', group: 1 } as const;
const base = defaultClusterSpec();

function inputOf(spec: ClusterSpec, options: { patroni?: string; engine?: RenderInput['engine'] } = {}): RenderInput {
  const site = dockerSite(spec);
  return {
    spec,
    site: { ...site, versions: { ...site.versions, patroni: options.patroni ?? '4.0.7' } },
    secrets: { superuser: 'a', replication: 'b' },
    engine: options.engine ?? 'citus',
  };
}

function parametersOf(input: RenderInput): unknown {
  return (dynamicConfiguration(input, worker)['postgresql'] as { parameters: unknown }).parameters;
}

test.each([
  { durability: 'synchronous', count: 2, patroni: '4.0.7', mode: true, strict: false },
  { durability: 'synchronous', count: 3, patroni: '4.0.7', mode: 'quorum', strict: false },
  { durability: 'synchronous', count: 3, patroni: '3.3.2', mode: true, strict: false },
  { durability: 'strict', count: 2, patroni: '4.1.0', mode: true, strict: true },
  { durability: 'async', count: 3, patroni: '4.0.7', mode: false, strict: false },
] as const)(
  'durability $durability of $count coordinators under Patroni $patroni is synchronous_mode $mode',
  ({ durability, count, patroni, mode, strict }) => {
    const spec = { ...base, durability, coordinators: { count } };
    expect(dynamicConfiguration(inputOf(spec, { patroni }), coordinator)).toMatchObject({
      synchronous_mode: mode,
      synchronous_mode_strict: strict,
    });
  },
);

test('a synchronous standby may lead however far behind a bulk load it is, an asynchronous one may not', () => {
  expect(dynamicConfiguration(inputOf(base), coordinator)).toMatchObject({ maximum_lag_on_failover: 2 ** 30 });
  const async = inputOf({ ...base, durability: 'async' });
  expect(dynamicConfiguration(async, coordinator)).toMatchObject({ maximum_lag_on_failover: 2 ** 20 });
});

test('a worker without standbys is asked neither to wait for one nor to fail over', () => {
  const keys = Object.keys(dynamicConfiguration(inputOf(base), worker));
  expect(keys).toContain('failsafe_mode');
  expect(keys.filter((key) => key.startsWith('synchronous') || key === 'primary_start_timeout')).toEqual([]);
});

test('the stock example keeps the times of Patroni, and fast fails over instead of restarting in place', () => {
  const stock = exampleSpecs.find(([name]) => name === 'stock')?.[1] ?? base;
  const times = { ttl: 30, loop_wait: 10, retry_timeout: 10, primary_start_timeout: 300 };
  expect(dynamicConfiguration(inputOf(stock), coordinator)).toMatchObject(times);
  expect(dynamicConfiguration(inputOf(base), coordinator)).toMatchObject({
    ttl: 20,
    loop_wait: 1,
    primary_start_timeout: 0,
  });
});

test('Citus is preloaded first, and the stand-in gets only the Citus settings it knows', () => {
  expect(parametersOf(inputOf(base))).toMatchObject({ shared_preload_libraries: 'citus,pg_stat_statements' });
  const standin = parametersOf(inputOf(base, { engine: 'standin' }));
  expect(standin).toMatchObject({ shared_preload_libraries: 'pg_stat_statements', wal_level: 'replica' });
  expect(Object.keys(standin as object).filter((name) => name.startsWith('citus.'))).toEqual([
    'citus.shard_count',
    'citus.shard_replication_factor',
  ]);
});

test("the spec's own parameters win over what is set here", () => {
  const parameters = { work_mem: '64MB', wal_sender_timeout: '60s' };
  expect(parametersOf(inputOf({ ...base, postgres: { ...base.postgres, parameters } }))).toMatchObject(parameters);
});

test("the spec's own libraries are preloaded behind Citus, each once", () => {
  const parameters = { shared_preload_libraries: 'pg_cron, citus,auto_explain,pg_stat_statements' };
  expect(parametersOf(inputOf({ ...base, postgres: { ...base.postgres, parameters } }))).toMatchObject({
    shared_preload_libraries: 'citus,pg_stat_statements,pg_cron,auto_explain',
  });
});

test('a standby that is away holds a bounded amount of WAL, which the spec may change', () => {
  expect(parametersOf(inputOf(base))).toMatchObject({ max_slot_wal_keep_size: '4GB' });
  const parameters = { max_slot_wal_keep_size: '50GB' };
  expect(parametersOf(inputOf({ ...base, postgres: { ...base.postgres, parameters } }))).toMatchObject(parameters);
});
