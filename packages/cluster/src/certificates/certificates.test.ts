import { X509Certificate } from 'node:crypto';
import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite, type Certificates } from '@citus-ha/layout';
import { beforeAll, expect, test } from 'vitest';
import { siteOf } from '../places.js';
import { certificateFindings } from './findings.js';
import { settleCertificates } from './settle.js';

const spec = defaultClusterSpec();
const site = dockerSite(spec);
const now = new Date('2030-01-01T00:00:00Z');
const years = (count: number) => new Date(now.getTime() + count * 365 * 86_400_000);
let first: Certificates;

beforeAll(async () => {
  first = await settleCertificates(spec, site, { now });
});

test('every database member has a certificate of the one authority, for its name and address', () => {
  expect(Object.keys(first.members)).toEqual(['coord-1', 'coord-2', 'worker1', 'worker2', 'worker3']);
  const authority = new X509Certificate(first.authority.certificate);
  expect(authority.ca).toBe(true);
  for (const [name, { certificate }] of Object.entries(first.members)) {
    const read = new X509Certificate(certificate);
    expect(read.verify(authority.publicKey)).toBe(true);
    expect(read.subject).toBe('CN=citus-ha-node');
    expect(read.checkHost(name)).toBe(name);
    expect(read.checkIP(site.members[name]?.address ?? '')).toBe(site.members[name]?.address);
    expect(read.checkHost('localhost')).toBe('localhost');
  }
});

test('nothing is made anew while all of it holds', async () => {
  expect(await settleCertificates(spec, site, { kept: first, now: years(1) })).toEqual(first);
});

test('a member that is new or has another address gets a certificate, the others keep theirs', async () => {
  const more = { ...spec, workers: { ...spec.workers, count: 4 } };
  const wider = dockerSite(more);
  const moved = {
    ...wider,
    members: { ...wider.members, worker1: { ...siteOf(wider, 'worker1'), address: '10.9.9.9' } },
  };
  const settled = await settleCertificates(more, moved, { kept: first, now });
  expect(settled.authority).toEqual(first.authority);
  expect(settled.members['coord-1']).toEqual(first.members['coord-1']);
  expect(new X509Certificate(settled.members['worker1']?.certificate ?? '').checkIP('10.9.9.9')).toBe('10.9.9.9');
  expect(settled.members['worker4']).toBeDefined();
});

test('what ends within a year is renewed, by a key of the authority that stays', async () => {
  const settled = await settleCertificates(spec, site, { kept: first, now: years(17) });
  expect(settled.authority.key).toBe(first.authority.key);
  expect(settled.authority.certificate).not.toBe(first.authority.certificate);
  const authority = new X509Certificate(settled.authority.certificate);
  // Members that have the renewed authority's certificate still know those that have not been given new ones.
  expect(new X509Certificate(first.members['coord-1']?.certificate ?? '').verify(authority.publicKey)).toBe(true);
  expect(certificateFindings(settled, years(17))).toMatchObject([{ level: 'ok', detail: 'valid until 2049-12-27' }]);
});

test('doctor tells of certificates that end, and urges in their last days', () => {
  expect(certificateFindings(undefined, now)).toEqual([]);
  expect(certificateFindings(first, now)).toMatchObject([{ check: 'certificates', level: 'ok' }]);
  expect(certificateFindings(first, years(2.5))).toHaveLength(5);
  expect(certificateFindings(first, years(2.5))[0]).toMatchObject({
    level: 'note',
    detail: 'the certificate of coord-1 ends on 2032-12-31',
    fix: expect.stringContaining('citus-ha up'),
  });
  expect(certificateFindings(first, years(2.9))[0]).toMatchObject({ level: 'problem' });
  expect(certificateFindings(first, years(4))[0]?.detail).toContain('nodes refuse one another');
});
