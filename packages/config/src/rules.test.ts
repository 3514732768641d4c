import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseClusterSpec } from './parse.js';
import { ConfigError } from './problem.js';
import { clusterInputs } from './testing/cluster-inputs.js';

/** `key: fix` of each problem. */
function complaints(text: string): readonly string[] {
  try {
    parseClusterSpec(text, { file: 'cluster.yaml' });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, fix }) => `${key}: ${fix}`);
  }
}

describe('the rules', () => {
  it.each([
    ['an even number of etcd members', 'etcd: { count: 4 }', 'etcd.count: write 5 or 3'],
    ['one port for two endpoints', 'proxy: { ports: { stats: 5001 } }', 'proxy.ports.stats: give each its own port'],
    [
      'the port of a pooler that a proxy serves',
      'pooler: { count: 1, port: 5000 }',
      'pooler.port: give each its own port',
    ],
    ['a ttl below the floor of Patroni', 'timings: { ttl: 10s }', 'timings.ttl: write 20s'],
    ['a loopWait that is no whole second', 'timings: { loopWait: 1500ms }', 'timings.loopWait: write 2s'],
    ['a retryTimeout below the floor of Patroni', 'timings: { retryTimeout: 2s }', 'timings.retryTimeout: write 3s'],
    [
      'retries that outlast the lease',
      'timings: { retryTimeout: 10s }',
      'timings.retryTimeout: set ttl to 21s or more, or lower the others',
    ],
    [
      'reads younger than idle leaders can prove',
      'proxy: { read: { maxLag: { time: 2s } } }',
      'proxy.read.maxLag.time: write 3s or more',
    ],
    [
      'a PostgreSQL that no Citus runs on',
      'engine: citus\npostgres: { version: 19 }',
      'postgres.version: take one of Citus 12 has 14-16, Citus 13 has 15-17, Citus 14 has 16-18',
    ],
    [
      'a PostgreSQL too old for the stand-in',
      'engine: standin\npostgres: { version: 14 }',
      'postgres.version: set postgres.version to 15 or more',
    ],
    [
      'an image of another PostgreSQL',
      'postgres: { version: 17 }\ndocker: { baseImage: "citusdata/citus:12.1" }',
      'postgres.version: set postgres.version to auto, or take another docker.baseImage',
    ],
    [
      'a group of one under Patroni',
      'workers: { availability: patroni, membersPerGroup: 1 }',
      'workers.membersPerGroup: set workers.membersPerGroup to 2 or more, or workers.availability to replicas',
    ],
    [
      'standbys of workers without Patroni',
      'workers: { membersPerGroup: 2 }',
      'workers.membersPerGroup: set workers.availability to patroni, or remove workers.membersPerGroup',
    ],
    [
      'strict durability with nobody to copy to',
      'durability: strict\ncoordinators: { count: 1 }',
      'durability: set coordinators.count to 2 or more, or durability to synchronous',
    ],
    [
      'one role for two jobs',
      'credentials: { replication: postgres }',
      'credentials.replication: give the replication role a name of its own',
    ],
    [
      'a parameter with a key of its own',
      'postgres: { parameters: { max_connections: 50 } }',
      'postgres.parameters.max_connections: set postgres.maxConnections',
    ],
    [
      'a Citus setting with a key of its own',
      'postgres: { parameters: { citus.shard_count: 8 } }',
      'postgres.parameters.citus.shard_count: set shards.count',
    ],
  ])('refuse %s', (_, text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });

  it.each([
    'pooler: { count: 0, port: 5000 }',
    'workers: { availability: patroni }\nshards: { replicationFactor: 2 }',
    'durability: async\npostgres: { parameters: { synchronous_commit: off } }',
    'postgres: { parameters: { synchronous_commit: remote_apply, fsync: yes, full_page_writes: 1, max_wal_senders: 8 } }',
    'postgres: { parameters: { shared_preload_libraries: "pg_cron, auto_explain" } }',
    'coordinators: { count: 1 }',
    'engine: citus\npostgres: { version: 17 }\ndocker: { baseImage: "citusdata/citus:13.2" }',
    'docker: { baseImage: "debian:trixie-slim" }\npostgres: { version: 14 }',
  ])('let %j pass', (text) => {
    expect(complaints(text)).toEqual([]);
  });

  it.each([
    ['synchronous_commit', ['local', 'off', 'Off', 'no', '0', 0, false, 'false', 'remote_write', 'sometimes', 't']],
    ['fsync', ['off', 'of', 'F', 0, false, 'maybe']],
    ['full_page_writes', ['no', '0']],
    ['data_sync_retry', ['on']],
    ['zero_damaged_pages', ['on']],
    ['ignore_checksum_failure', ['yes']],
    ['max_wal_senders', [0, '2', 'none']],
    ['max_replication_slots', [0, '3']],
    ['citus.recover_2pc_interval', ['60s', -1]],
  ])('refuse %s of any of %j unless it is allowed by name', (name, values) => {
    for (const value of values) {
      const given = (unsafe: readonly string[]) => stringify({ postgres: { parameters: { [name]: value }, unsafe } });
      expect(complaints(given([]))).toEqual([
        `postgres.parameters.${name}: remove it, or list ${name} under postgres.unsafe`,
      ]);
      expect(complaints(given([name]))).toEqual([]);
    }
  });

  it('refuse to allow what is never judged', () => {
    expect(complaints('postgres: { unsafe: [fsync, work_mem] }')).toEqual([
      expect.stringMatching(/^postgres\.unsafe\.1: write one of synchronous_commit, fsync/),
    ]);
  });

  it('complain about a factor above the worker count in any cluster', () => {
    const clusters = clusterInputs.filter(({ workers }) => workers.count < 100);
    fc.assert(
      fc.property(clusters, ({ shards, ...input }) => {
        const text = stringify({ ...input, shards: { ...shards, replicationFactor: input.workers.count + 1 } });
        expect(complaints(text)).toEqual([
          `shards.replicationFactor: lower shards.replicationFactor to ${input.workers.count}, or raise workers.count to ${input.workers.count + 1}`,
        ]);
      }),
    );
  });

  it.each(['Citus', '1st', 'my_cluster', 'ends-', 'ä', 'a'.repeat(41), 'a.b', ''])('refuse %j as a name', (name) => {
    expect(complaints(stringify({ name }))).toEqual([expect.stringMatching(/^name: write a host name/)]);
  });
});
