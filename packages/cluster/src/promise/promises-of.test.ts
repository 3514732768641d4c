import { defaultClusterSpec, parseClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { boundText, type FaultPromise, type PromiseTarget } from './promise.js';
import type { PromiseInput } from './promise-input.js';
import { promiseFor, promisesOf } from './promises-of.js';

const local: PromiseInput = {
  spec: defaultClusterSpec(),
  runtime: 'local',
  isolation: true,
  sentinel: true,
  engine: 'citus',
};

const withSpec = (yaml: string): PromiseInput => ({ ...local, spec: parseClusterSpec(yaml, { file: 'cluster.yaml' }) });

function rowOf({ write, read, loss }: FaultPromise): readonly string[] {
  return [boundText(write), boundText(read), loss.lost];
}

function promised(input: PromiseInput, fault: string, target: PromiseTarget): FaultPromise {
  const found = promiseFor(input, fault, target);
  if (!found) throw new Error(`nothing is promised for ${fault} ${target}`);
  return found;
}

it('a fault has one promise at most for each target', () => {
  const keys = promisesOf(local).flatMap(({ faults, target }) => faults.map((fault) => `${fault} ${target}`));
  expect(new Set(keys).size).toBe(keys.length);
});

it('nothing is promised for what nothing is known of', () => {
  expect(promiseFor(local, 'none', 'leader')).toBeUndefined();
  expect(promiseFor(local, 'partition-all', 'proxy')).toBeUndefined();
});

describe('by default', () => {
  it.each([
    ['kill', 'leader', '1.6s', '650ms', 'nothing'],
    ['patroni-kill', 'leader', '1.6s', '650ms', 'nothing'],
    ['postmaster-kill', 'leader', '6.4s', '650ms', 'nothing'],
    ['pause', 'leader', '3.7s', '650ms', 'nothing'],
    ['postmaster-pause', 'leader', '4.9s', '650ms', 'nothing'],
    ['stop', 'leader', '3.9s', '650ms', 'nothing'],
    ['switchover', 'leader', '3.9s', '650ms', 'nothing'],
    ['kill', 'standby', '1.1s', '650ms', 'nothing'],
    ['stop', 'standby', '1.8s', '650ms', 'nothing'],
    ['pause', 'standby', '3.3s', '2.8s', 'nothing'],
    ['kill', 'worker', '1.9s', '700ms', 'nothing'],
    ['stop', 'worker', '3.4s', '700ms', 'nothing'],
    ['pause', 'worker', '4.0s', '2.9s', 'nothing'],
    ['partition-peers', 'worker', '26.8s', '15.5s', 'nothing'],
    ['kill', 'etcd', '700ms', '700ms', 'nothing'],
    ['stop', 'etcd', '700ms', '700ms', 'nothing'],
    ['full-disk', 'leader', '5.9s', '650ms', 'nothing'],
    ['partition-dcs', 'leader', '700ms', '650ms', 'nothing'],
    ['cpu-hog', 'leader', 'unbounded', 'unbounded', 'nothing'],
    ['partition-peers', 'standby', '4.8s', 'unbounded', 'nothing'],
    ['kill', 'several', 'unbounded', 'unbounded', 'nothing'],
    ['kill', 'proxy', 'unbounded', 'unbounded', 'nothing'],
  ] as const)('%s of %s costs writes %s, reads %s and loses %s', (fault, target, ...row) => {
    expect(rowOf(promised(local, fault, target))).toEqual(row);
  });
});

describe('a killed leader', () => {
  const stock = 'timings: stock';
  it.each([
    ['on docker', '2.0s', { ...local, runtime: 'docker' }],
    ['without isolation', '1.7s', { ...local, isolation: false }],
    ['without a sentinel', '22.9s', { ...local, sentinel: false }],
    ['on docker without a sentinel', '24.9s', { ...local, runtime: 'docker', sentinel: false }],
    ['of three', '21.9s', { ...withSpec('coordinators: { count: 3 }'), sentinel: false }],
    ['with stock timings', '1.6s', withSpec(stock)],
    ['with stock timings, without a sentinel', '41.9s', { ...withSpec(stock), sentinel: false }],
    ['alone', 'unbounded', withSpec('coordinators: { count: 1 }')],
  ] as const)('%s costs writes %s', (_, write, input) => {
    expect(boundText(promised(input, 'kill', 'leader').write)).toBe(write);
  });

  it('says where each term comes from, settings with their values', () => {
    const { write } = promised({ ...local, sentinel: false }, 'kill', 'leader');
    expect(write).toEqual({
      bound: 'at-most',
      ms: 22_900,
      terms: [
        { what: 'the lease ends', ms: 20_000, from: 'timings.ttl 20.0s' },
        { what: 'etcd revokes the lease', ms: 500, from: 'etcd, every 500 ms' },
        { what: 'a standby wins the race and is promoted', ms: 400, from: 'measured: 0.1-0.4 s' },
        { what: 'the new leader waits for the old one no longer', ms: 1_000, from: 'timings.loopWait 1.0s' },
        { what: 'the proxy looks who is fit', ms: 50, from: 'routes.lua, a look every 20 ms' },
        { what: 'all clients log in to it at once', ms: 950, from: 'measured: 0.1-0.95 s, nine clients' },
      ],
    });
  });

  it.each([
    ['durability: async', 'newest', 'durability async'],
    ['durability: strict', 'nothing', 'each is on two coordinators'],
    ['postgres: { parameters: { fsync: off }, unsafe: [fsync] }', 'unknown', 'postgres.unsafe: fsync'],
  ])('by %s loses %s', (yaml, lost, why) => {
    expect(promised(withSpec(yaml), 'kill', 'leader').loss).toEqual({
      lost,
      why: expect.stringContaining(why) as string,
    });
  });
});

describe('who answers nobody', () => {
  const without = { ...local, sentinel: false };
  const never = withSpec('sentinel: { fenceAfter: never }');

  it('costs the lease where nobody may kill him', () => {
    expect(boundText(promised(without, 'pause', 'leader').write)).toBe('27.9s');
    expect(promised(never, 'pause', 'leader')).toEqual(promised(without, 'pause', 'leader'));
  });

  it('keeps readers for as long as they wait, and half alive new clients too', () => {
    expect(promised(never, 'pause', 'standby').read.bound).toBe('until');
    expect(promised(never, 'postmaster-pause', 'leader').write.bound).toBe('until');
    expect(boundText(promised(never, 'postmaster-pause', 'standby').write)).toBe('500ms');
  });
});

it('a leader whose Patroni alone is killed may lose writes where its PostgreSQL outlives it', () => {
  expect(promised({ ...local, isolation: false }, 'patroni-kill', 'leader').loss.lost).toBe('unknown');
});

it('a leader that crashes is started in place with stock timings, which takes nobody knows how long', () => {
  expect(promised(withSpec('timings: stock'), 'postmaster-kill', 'leader').write.bound).toBe('unknown');
});

describe('a standby', () => {
  it('is waited for by strict durability, and by nobody where there is another one, or none is needed', () => {
    const writes = ['durability: strict', 'coordinators: { count: 3 }', 'durability: async'].map((yaml) =>
      boundText(promised(withSpec(yaml), 'kill', 'standby').write),
    );
    expect(writes).toEqual(['unbounded', '500ms', '500ms']);
  });
});

describe('a worker', () => {
  it('is waited for where none is disabled, which says by whom it is started again', () => {
    const never = withSpec('sentinel: { disableAfter: never }');
    expect(promised(never, 'kill', 'worker').write).toMatchObject({
      until: expect.stringContaining('the sentinel starts it') as string,
    });
    expect(promised(never, 'stop', 'worker').write).toMatchObject({
      until: 'it is back: a write needs every copy of its shard',
    });
  });

  it('takes its reads with it where nobody else has its shards', () => {
    const { read } = promised(withSpec('shards: { replicationFactor: 1 }'), 'kill', 'worker');
    expect(read).toMatchObject({ bound: 'until' });
  });

  it('that does not answer keeps reads for as long as the engine waits, which has a bound with Citus alone', () => {
    const docker = { ...local, runtime: 'docker' } as const;
    const reads = [docker, { ...docker, engine: 'standin' } as const, { ...docker, engine: undefined }].map((input) =>
      boundText(promised(input, 'pause', 'worker').read),
    );
    expect(reads).toEqual(['5.5s', 'unbounded', 'unknown']);
    expect(boundText(promised({ ...docker, sentinel: false }, 'pause', 'worker').read)).toBe('15.5s');
  });
});
