import { expect, it } from 'vitest';
import { versionFindings } from './version-findings.js';

const debian12 = { postgres: 15, patroni: '4.0.7', etcd: '3.4.23', haproxy: '2.6.12' };

it('is content with what Debian 12 has, and Patroni 4', () => {
  expect(versionFindings(debian12)).toEqual([
    { check: 'versions', level: 'ok', detail: 'PostgreSQL 15, Patroni 4.0.7, etcd 3.4.23, HAProxy 2.6.12' },
  ]);
});

it('names each program that is too old, with the package to install', () => {
  expect(versionFindings({ ...debian12, patroni: '3.0.2', haproxy: '1.8' })).toEqual([
    expect.objectContaining({
      detail: 'Patroni 3.0.2 is too old',
      fix: expect.stringContaining('patroni 4.0') as string,
    }),
    expect.objectContaining({ level: 'problem', detail: 'HAProxy 1.8 is too old' }),
  ]);
});

it('does not judge a version that is not known', () => {
  expect(versionFindings({ ...debian12, etcd: 'unknown' })).toEqual([expect.objectContaining({ level: 'ok' })]);
});
