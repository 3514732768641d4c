import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite } from '@citus-ha/layout';
import { describe, expect, it, test } from 'vitest';
import { basesOf, plainBasesOf, whyTaken } from './base-image.js';

const spec = defaultClusterSpec();
const withCitus = dockerSite(spec);
const withoutCitus = { ...withCitus, citusAvailable: false };
const plain = ['debian:trixie-slim', 'citus-ha/debian:trixie'];

describe('a new cluster', () => {
  it('gets the base of Citus, or else a Debian', () => {
    expect(basesOf(spec, undefined, undefined)).toEqual(['citusdata/citus:latest', ...plain]);
    expect(basesOf({ ...spec, engine: 'standin' }, undefined, undefined)).toEqual(plain);
  });

  it('gets the Citus that is there, and none without where it needs Citus', () => {
    expect(basesOf(spec, undefined, 'citusdata/citus:13.2')).toEqual(['citusdata/citus:13.2', ...plain]);
    expect(basesOf({ ...spec, engine: 'citus' }, undefined, undefined)).toEqual(['citusdata/citus:latest']);
  });

  it('is told why it gets its base', () => {
    expect(whyTaken(spec, 'citusdata/citus:13.2')).toBe('newest-citus');
    expect(whyTaken(spec, 'debian:trixie-slim')).toBe('no-citus');
    expect(whyTaken({ ...spec, docker: { ...spec.docker, baseImage: 'my/own:1' } }, 'my/own:1')).toBe('named');
    expect(whyTaken({ ...spec, engine: 'standin' }, 'debian:trixie-slim')).toBe('engine-is-standin');
  });
});

describe('a cluster that is there', () => {
  it('gets no other base than its own', () => {
    expect(basesOf(spec, { base: 'my/citus:13', site: withCitus }, undefined)).toEqual(['my/citus:13']);
  });

  it('gets none without Citus where Compose has made it with Citus', () => {
    expect(basesOf(spec, { base: 'auto', site: withCitus }, undefined)).toEqual(['citusdata/citus:latest']);
    expect(basesOf(spec, { base: 'auto', site: withoutCitus }, undefined)).toEqual(plain);
  });
});

test('a base that the file names goes before all others', () => {
  const named = { ...spec, docker: { ...spec.docker, baseImage: 'my/other:1' } };
  expect(basesOf(named, { base: 'my/citus:13', site: withCitus }, undefined)).toEqual(['my/other:1']);
});

describe('etcd and the proxies', () => {
  it('get a plain Debian in a new cluster, whatever the members have', () => {
    expect(plainBasesOf('citusdata/citus:13.2', undefined)).toEqual(plain);
    expect(plainBasesOf('citus-ha/debian:trixie', undefined)).toEqual(['citus-ha/debian:trixie']);
  });

  it('keep the base that they have', () => {
    const old = { base: 'my/citus:13', site: withCitus };
    expect(plainBasesOf('my/other:1', { ...old, plainBase: 'debian:trixie-slim' })).toEqual(['debian:trixie-slim']);
    expect(plainBasesOf('my/other:1', old)).toEqual(['my/citus:13']);
    expect(plainBasesOf('citusdata/citus:latest', { ...old, base: 'auto' })).toEqual(['debian:trixie-slim']);
  });
});
