import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultClusterSpec, parseClusterSpec } from './parse.js';
import { ConfigError } from './problem.js';
import { clusterJsonSchema } from './schema.js';
import { clusterTemplate } from './template.js';

const examples = new URL('../../../examples/', import.meta.url);
const exampleNames = readdirSync(examples).filter((name) => name.endsWith('.yaml'));

function example(name: string) {
  return readFileSync(new URL(name, examples), 'utf8');
}

describe('clusterTemplate', () => {
  it('parses to the default spec, under any name', () => {
    for (const name of ['citusap', 'shop-2', 'null']) {
      expect(parseClusterSpec(clusterTemplate(name), { file: 'cluster.yaml' })).toEqual(defaultClusterSpec(name));
    }
  });

  it('holds every section', () => {
    expect(Object.keys(parse(clusterTemplate()) as object)).toEqual(Object.keys(clusterJsonSchema().properties ?? {}));
  });

  it.each(['No Host', 'a\nengine: citus'])('refuses %j as a name', (name) => {
    expect(() => clusterTemplate(name)).toThrow(ConfigError);
  });
});

describe('the examples', () => {
  it('begin with the template', () => {
    expect(example('cluster.yaml').split('\n').slice(1)).toEqual(clusterTemplate().split('\n').slice(1));
  });

  it('all parse, and run side by side: no two share a name or a port', () => {
    const specs = exampleNames.map((name) => parseClusterSpec(example(name), { file: name }));
    const taken = specs.flatMap(({ name, proxy, pooler }) => [name, ...Object.values(proxy.ports), pooler.port]);
    expect(specs).toHaveLength(3);
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('point editors to the schema in this repository', () => {
    for (const name of exampleNames) {
      const path = /^# yaml-language-server: \$schema=(\S+)/.exec(example(name))?.[1] ?? '';
      expect(JSON.parse(readFileSync(new URL(path, examples), 'utf8'))).toHaveProperty('title', 'cluster.yaml');
    }
  });
});
