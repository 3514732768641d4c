import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { defaultClusterSpec, parseClusterSpec } from './parse.js';
import { ConfigError, type ConfigProblem } from './problem.js';
import { clusterInputs } from './testing/cluster-inputs.js';

function parse(text: string, file = 'cluster.yaml') {
  return parseClusterSpec(text, { file });
}

/** What a text is refused with, if it is. */
function errorOf(text: string): ConfigError | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function problemsOf(text: string): readonly ConfigProblem[] {
  return errorOf(text)?.problems ?? [];
}

describe('parseClusterSpec', () => {
  it('takes every default for an empty file, and durations in milliseconds', () => {
    expect(parse('# nothing yet\n')).toEqual(defaultClusterSpec());
    expect(defaultClusterSpec()).toMatchObject({
      name: 'citusap',
      timings: {
        ttlMs: 20_000,
        loopWaitMs: 1000,
        retryTimeoutMs: 3000,
        check: { intervalMs: 200, fastIntervalMs: 50 },
      },
      workers: { count: 3, availability: 'replicas', membersPerGroup: 1 },
      shards: { count: 3, replicationFactor: 2 },
    });
  });

  it("reads stock as Patroni's and HAProxy's own timings", () => {
    expect(parse('timings: stock').timings).toEqual({
      ttlMs: 30_000,
      loopWaitMs: 10_000,
      retryTimeoutMs: 10_000,
      check: { intervalMs: 3000, fastIntervalMs: 3000, fall: 3, rise: 2 },
    });
  });

  it('fills explicit timings up from fast', () => {
    const { ttlMs, loopWaitMs, check } = parse('timings: { ttl: 25s, check: { fall: 1 } }').timings;
    expect({ ttlMs, loopWaitMs, check }).toMatchObject({
      ttlMs: 25_000,
      loopWaitMs: 1000,
      check: { intervalMs: 200, fall: 1 },
    });
  });

  it('keeps one copy of a shard on groups of two where Patroni guards the workers', () => {
    const { workers, shards } = parse('workers: { availability: patroni }');
    expect([workers.membersPerGroup, shards.replicationFactor]).toEqual([2, 1]);
  });

  it("takes a relative password file from the file's folder and leaves an absolute one", () => {
    const [relative, absolute] = ['secrets/pg', '/run/pg'].map(
      (path) => parse(`credentials: { password: { file: ${path} } }`, '/etc/ha/cluster.yaml').credentials.password,
    );
    expect(relative).toEqual({ from: 'file', path: '/etc/ha/secrets/pg' });
    expect(absolute).toEqual({ from: 'file', path: '/run/pg' });
  });

  it('reads YAML 1.2, where on and 54:32 are texts', () => {
    expect(parse('postgres: { parameters: { autovacuum: on, x.y: 54:32, jit: false } }').postgres.parameters).toEqual({
      autovacuum: 'on',
      'x.y': '54:32',
      jit: false,
    });
  });

  it('accepts whatever keeps to the rules', () => {
    fc.assert(
      fc.property(clusterInputs, (input) => {
        expect(errorOf(stringify(input))?.message).toBeUndefined();
      }),
    );
  });

  it('answers any text with a spec or a ConfigError', () => {
    const scraps = [
      'name',
      'proxy',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      '&a',
      '*a',
      '"',
      '!x',
      '#',
      '?',
      '\t',
      '---\n',
    ];
    const words = fc.array(fc.constantFrom(...scraps)).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), words, fc.json()), (text) => {
        expect(() => errorOf(text)).not.toThrow();
      }),
    );
  });
});

describe('the error of parseClusterSpec', () => {
  it('lists problems of the YAML, the schema and the rules at once, in the order of the lines', () => {
    const error = errorOf(
      [
        'engine: citrus',
        'workers: { cuont: 4 }',
        'shards:',
        '  replicationFactor: 4',
        '  count: three',
        'etcd: { count: 2 }',
        'name: a',
        'name: b',
        'pooler:',
        '',
      ].join('\n'),
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', blame: 'user' });
    expect(error?.message.split('\n')).toEqual([
      'cluster.yaml has 7 problems:',
      'cluster.yaml:1:1 engine: got "citrus"; write one of auto, citus, standin; did you mean citus?',
      'cluster.yaml:2:12 workers.cuont: unknown key; did you mean count?',
      'cluster.yaml:4:3 shards.replicationFactor: 4 copies of each shard need as many workers, and workers.count is 3; lower shards.replicationFactor to 3, or raise workers.count to 4',
      'cluster.yaml:5:3 shards.count: got "three"; write a whole number from 1 to 64000',
      'cluster.yaml:6:9 etcd.count: 2 etcd members survive no more failures than 1; write 3 or 1',
      'cluster.yaml:8:1 name: written twice, first on line 7; keep one of them',
      'cluster.yaml:9:1 pooler: has no value; write a section with any of count, port, or remove the key',
    ]);
  });

  it.each([
    ['a: [1', { line: 1, column: 6 }],
    ['name: a\n\tengine: auto', { line: 2, column: 1, fix: 'indent with spaces' }],
    ['name: a\n---\nname: b', { line: 2, column: 1, message: 'a second document begins, near ---' }],
    ['name: *other', { line: 1, column: 7, message: expect.stringContaining('other') }],
    ['name: !secret x', { line: 1, column: 7, message: expect.stringContaining('!secret') }],
  ])('gives the place of YAML that does not parse: %j', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.objectContaining({ key: '', ...problem })]);
  });

  it.each([
    ['loop_wait in another spelling', 'timings: { loop_wait: 1s }', 'did you mean loopWait?'],
    ['a key of another section', 'replicationFactor: 1', 'did you mean shards.replicationFactor?'],
    ['the beginning of a key', 'timings: { loop: 1s }', 'did you mean loopWait?'],
    ['a key like no other', 'etcd: { quorum: 1 }', 'write one of count'],
  ])('helps with %s', (_, text, fix) => {
    expect(problemsOf(text)).toEqual([expect.objectContaining({ message: 'unknown key', fix })]);
  });

  it('points to the key that holds a wrong value, wherever it stands', () => {
    const misplaced = fc.record({
      before: fc.subarray(['engine: auto', '# a comment', '', 'durability: async', 'pooler: { count: 0 }']),
      indent: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(misplaced, ({ before, indent }) => {
        const text = [...before, 'proxy:', `${' '.repeat(indent)}bind: localhost`].join('\n');
        expect(problemsOf(text)).toEqual([
          expect.objectContaining({
            key: 'proxy.bind',
            line: before.length + 2,
            column: indent + 1,
            value: 'localhost',
          }),
        ]);
      }),
    );
  });

  it('points to the key that the file has when the other one is a default', () => {
    expect(problemsOf('workers: { count: 1 }')).toEqual([expect.objectContaining({ key: 'workers.count', value: 1 })]);
  });

  it('does not weigh a key whose value was refused', () => {
    expect(problemsOf('workers: { count: 1 }\nshards: { replicationFactor: two }')).toHaveLength(1);
  });

  it.each([
    'credentials: { password: hunter2 }',
    'credentials: { pasword: hunter2 }',
    'credentials: hunter2',
    'postgres: { password: hunter2 }',
    'credentials: { password: "hunter2 }',
    'postgres: { parameters: { ssl_passphrase: [hunter2] } }',
  ])('never repeats what may be a password: %s', (text) => {
    const error = errorOf(text);
    expect(error?.problems).not.toEqual([]);
    expect(`${error?.message}${JSON.stringify(error?.problems)}`).not.toContain('hunter2');
  });
});
