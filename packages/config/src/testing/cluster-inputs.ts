import * as fc from 'fast-check';

const seconds = (min: number, max: number) => fc.integer({ min, max });

const explicitTimings = fc
  .record({ loopWait: seconds(1, 10), retryTimeout: seconds(3, 10), spare: seconds(0, 60) })
  .map(({ loopWait, retryTimeout, spare }) => ({
    ttl: `${Math.max(20, loopWait + 2 * retryTimeout) + spare}s`,
    loopWait: `${loopWait}s`,
    retryTimeout: `${retryTimeout * 1000}ms`,
  }));

const workersAndShards = fc.integer({ min: 1, max: 100 }).chain((count) =>
  fc.record({
    workers: fc.oneof(
      fc.constant({ count, availability: 'replicas' }),
      fc.record({
        count: fc.constant(count),
        availability: fc.constant('patroni'),
        membersPerGroup: fc.integer({ min: 2, max: 5 }),
      }),
    ),
    shards: fc.record({
      count: fc.integer({ min: 1, max: 64_000 }),
      replicationFactor: fc.integer({ min: 1, max: count }),
    }),
  }),
);

const proxyAndPooler = fc
  .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 4, maxLength: 4 })
  .map(([write, read, stats, port]) => ({ proxy: { ports: { write, read, stats } }, pooler: { count: 1, port } }));

const others = fc.record(
  {
    name: fc.stringMatching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/),
    durability: fc.constantFrom('synchronous', 'strict', 'async'),
    timings: fc.oneof(fc.constantFrom('fast', 'stock'), explicitTimings),
    postgres: fc.record(
      { version: fc.constantFrom('auto', 15, 16, 17, 18), maxConnections: fc.integer({ min: 25, max: 10_000 }) },
      { requiredKeys: [] },
    ),
    coordinators: fc.record({ count: fc.integer({ min: 2, max: 5 }) }),
    etcd: fc.record({ count: fc.constantFrom(1, 3, 5) }),
  },
  { requiredKeys: [] },
);

/** Inputs of cluster.yaml that keep to every rule. */
export const clusterInputs = fc
  .tuple(others, workersAndShards, proxyAndPooler)
  .map(([other, data, network]) => ({ ...other, ...data, ...network }));
