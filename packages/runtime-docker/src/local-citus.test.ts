import { expect, test } from 'vitest';
import { newestCitus } from './local-citus.js';

const image = (tag: string, ...env: readonly string[]) => ({ name: `citusdata/citus:${tag}`, env });
const images = [
  image('12.1', 'PG_MAJOR=16', 'CITUS_VERSION=12.1.6.citus-1'),
  image('13.2.0', 'PG_MAJOR=17', 'CITUS_VERSION=13.2.0.citus-1'),
  image('9.5', 'PG_MAJOR=13', 'CITUS_VERSION=9.5.12.citus-1'),
  image('latest', 'PG_MAJOR=17', 'CITUS_VERSION=13.0.1.citus-1'),
];

test('the newest Citus of those that are there is taken, whatever its tag', () => {
  expect(newestCitus(images, 'auto')).toBe('citusdata/citus:13.2.0');
  expect(newestCitus([image('latest', 'CITUS_VERSION=14.0.0.citus-1'), ...images], 'auto')).toBe(
    'citusdata/citus:latest',
  );
  expect(newestCitus([], 'auto')).toBeUndefined();
});

test('one with another PostgreSQL than asked for is none', () => {
  expect(newestCitus(images, 16)).toBe('citusdata/citus:12.1');
  expect(newestCitus(images, 18)).toBeUndefined();
});

test('a tag is taken at its word where the image does not tell; an Alpine is no Debian', () => {
  expect(newestCitus([image('12.1.1'), image('14.0-alpine'), image('v13.0')], 'auto')).toBe('citusdata/citus:v13.0');
});
