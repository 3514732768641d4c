import { defaultClusterSpec, dockerSite } from '@citus-ha/config';
import { describe, expect, it, test } from 'vitest';
import { basesOf } from './base-image.js';

const spec = defaultClusterSpec();
const withCitus = dockerSite(spec);
const withoutCitus = { ...withCitus, citusAvailable: false };
const plain = ['debian:trixie-slim', 'citus-ha/debian:trixie'];

describe('a new cluster', () => {
  it('gets the base of Citus, or else a Debian', () => {
    expect(basesOf(spec, undefined)).toEqual(['citusdata/citus:latest', ...plain]);
    expect(basesOf({ ...spec, engine: 'standin' }, undefined)).toEqual(plain);
  });
});

describe('a cluster that is there', () => {
  it('gets no other base than its own', () => {
    expect(basesOf(spec, { base: 'my/citus:13', site: withCitus })).toEqual(['my/citus:13']);
  });

  it('gets none without Citus where Compose has made it with Citus', () => {
    expect(basesOf(spec, { base: 'auto', site: withCitus })).toEqual(['citusdata/citus:latest']);
    expect(basesOf(spec, { base: 'auto', site: withoutCitus })).toEqual(plain);
  });
});

test('a base that the file names goes before all others', () => {
  const named = { ...spec, docker: { baseImage: 'my/other:1' } };
  expect(basesOf(named, { base: 'my/citus:13', site: withCitus })).toEqual(['my/other:1']);
});
