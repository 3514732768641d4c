import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { dockerSite } from '@citus-ha/layout';
import { renderCompose } from './compose.js';
import { renderFolder } from './render-folder.js';
import { exampleSpecs } from './testing/example-specs.js';
import { imageSet } from './testing/image-set.js';

const base = defaultClusterSpec();
const require = createRequire(import.meta.url);
const packageOfSchema = dirname(require.resolve('dclint/package.json'));
const schema = JSON.parse(readFileSync(join(packageOfSchema, 'schemas/compose.schema.json'), 'utf8')) as object;
const conforms = new Ajv({ strict: false, validateFormats: false }).compile({
  ...schema,
  $schema: 'http://json-schema.org/draft-07/schema#',
});

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly ports?: readonly string[]; readonly volumes: readonly string[] }>
  >;
}

function inputOf(spec: ClusterSpec, engine: 'citus' | 'standin' = 'citus') {
  const secrets = { superuser: 'a', replication: 'b', etcd: 'c' };
  return { spec, engine, site: dockerSite(spec), secrets, imageSet };
}

function composeOf(spec: ClusterSpec, engine?: 'citus' | 'standin'): Compose {
  return parse(renderCompose(inputOf(spec, engine))) as Compose;
}

test.each(exampleSpecs)('the %s example conforms to the schema of the Compose Specification', (_, spec) => {
  conforms(composeOf(spec));
  expect(conforms.errors).toBeNull();
});

test('services are named as in the seed, and setup is there with Citus only', () => {
  const names = ['etcd', 'coord-1', 'coord-2', 'worker1', 'worker2', 'worker3', 'haproxy', 'sentinel'];
  expect(Object.keys(composeOf(base).services)).toEqual([...names, 'setup']);
  expect(Object.keys(composeOf(base, 'standin').services)).toEqual(names);
});

test('one proxy alone publishes ports, on proxy.bind', () => {
  const { services } = composeOf({ ...base, proxy: { ...base.proxy, count: 2, bind: '192.0.2.7' } });
  const published = Object.entries(services).filter(([, { ports = [] }]) => ports.length > 0);
  expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
    ['haproxy-1', ['192.0.2.7:5000:5000', '192.0.2.7:5001:5001', '192.0.2.7:7000:7000']],
  ]);
});

test('every file it mounts is one that is rendered beside it', () => {
  const files = renderFolder(inputOf(base)).filter(({ path }) => !path.startsWith('images/'));
  const rendered = files.map(({ path }) => `./${path}`);
  const mounted = Object.values(composeOf(base).services).flatMap(({ volumes }) =>
    volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0]),
  );
  expect(new Set(['./compose.yaml', './.env', ...mounted])).toEqual(new Set(rendered));
});

test('the sentinel alone has the socket of the engine, and is left out where there is to be none', () => {
  const socket = '/var/run/docker.sock:/var/run/docker.sock:ro';
  const { services } = composeOf(base);
  const having = Object.entries(services).filter(([, { volumes }]) => volumes.includes(socket));
  expect(having.map(([name]) => name)).toEqual(['sentinel']);
  expect(services['sentinel']).toMatchObject({ cap_drop: ['ALL'], restart: 'unless-stopped' });
  expect(
    Object.keys(
      composeOf({ ...base, sentinel: { enabled: false, fenceAfterMs: null, disableAfterMs: null } }).services,
    ),
  ).not.toContain('sentinel');
});
